import { Database } from "bun:sqlite";
import { UserError } from "../errors.ts";
import { ledgerError } from "./errors.ts";
import type { BottlePlan, SessionPlan } from "../plan/plan.ts";
import { privateDirectory } from "../system/files.ts";
import { identify, isAlive, type Identity } from "../system/process.ts";
import { stateDirectory, type System } from "../system/system.ts";
import {
  type BottleRecord,
  type BottleRow,
  type Closed,
  type Pane,
  type PastSession,
  type SessionRecord,
  type SessionRow,
  toBottle,
  toSession,
} from "./rows.ts";
import { upgrade } from "./schema.ts";
import { version } from "../version.ts";

export type { BottleRecord, Pane, PastSession, SessionRecord } from "./rows.ts";

/** Of each bottle; who runs `exec` in a loop would have a ledger that grows for ever. */
const keptSessions = { exec: 200, others: 1000 };
const keptEvents = 1000;
const pruneEvery = 64;

/**
 * Our own record of bottles and sessions: a cache of the truth, which the backend and the processes hold.
 * Every query is one short transaction; several of us write at once.
 */
export class Ledger implements Disposable {
  readonly #db: Database;
  readonly #now: () => number;

  constructor(system: System) {
    const file = `${privateDirectory(stateDirectory(system.env))}/ledger.db`;
    this.#now = system.now;
    try {
      this.#db = new Database(file, { create: true, strict: true });
      this.#db.run("pragma busy_timeout = 10000");
      // What a power cut may take with it, the backend and the processes still know; each commit would cost milliseconds.
      this.#db.run("pragma synchronous = off");
      upgrade(this.#db, file);
    } catch (cause) {
      if (cause instanceof UserError) throw cause;
      throw ledgerError(file, cause);
    }
  }

  /** For what else of the ledger has a file of its own. */
  get database(): Database {
    return this.#db;
  }

  bottle(name: string): BottleRecord | undefined {
    const row = this.#db.query<BottleRow, [string]>("select * from bottles where name = ?").get(name);
    return row ? toBottle(row) : undefined;
  }

  bottles(): BottleRecord[] {
    return this.#db
      .query<BottleRow, []>("select * from bottles order by directory, name")
      .all()
      .flatMap((row) => toBottle(row) ?? []);
  }

  /** A bottle that has just been started, as that process where it is one. Only who has started it knows which one that is. */
  saveBottle(plan: BottlePlan, machine: Identity | undefined): void {
    this.#db
      .query(
        `insert into bottles (name, directory, plan, made_at, machine_pid, machine_started, written_by) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         on conflict (name) do update set plan = ?3, machine_pid = ?5, machine_started = ?6, written_by = ?7, ready = 1`,
      )
      .run(
        plan.name,
        plan.directory,
        JSON.stringify(plan),
        this.#now(),
        machine?.pid ?? null,
        machine?.started ?? null,
        version,
      );
  }

  /** Of a bottle that is recorded; what its machine is stays. */
  savePlan(plan: BottlePlan): void {
    this.#db
      .query("update bottles set plan = ?, written_by = ? where name = ?")
      .run(JSON.stringify(plan), version, plan.name);
  }

  setReady(name: string, isReady: boolean): void {
    this.#db.query("update bottles set ready = ? where name = ?").run(Number(isReady), name);
  }

  /** Marks the bottle as not ready unless sessions run in it, and answers how many do: no session opens in between. */
  takeDown(name: string): number {
    return this.#db
      .transaction(() => {
        const running = this.sessions(name).length;
        if (running === 0) this.setReady(name, false);
        return running;
      })
      .immediate();
  }

  forgetBottle(name: string): void {
    this.#db.transaction(() => {
      this.#db.query("delete from bottles where name = ?").run(name);
      this.#db.query("delete from sessions where bottle = ?").run(name);
      this.#db.query("delete from events where bottle = ?").run(name);
    })();
  }

  note(bottle: string, what: string): void {
    this.#db.query("insert into events (at, bottle, what) values (?, ?, ?)").run(this.#now(), bottle, what);
  }

  events(bottle: string): { readonly at: number; readonly what: string }[] {
    return this.#db
      .query<{ at: number; what: string }, [string]>("select at, what from events where bottle = ? order by at")
      .all(bottle);
  }

  /**
   * False where the bottle is not ready: another process has begun to take it down. `traps`: what git on the host obeyed before, for who
   * looks again when the session has ended.
   */
  openSession(
    { id, bottle, kind, directory, shows }: SessionPlan,
    { traps, pane }: { readonly traps?: string | undefined; readonly pane?: Pane | undefined } = {},
  ): boolean {
    const own = identify(process.pid);
    const { id: name = null, server, terminal = null } = pane ?? {};
    const { changes } = this.#db
      .query(
        `insert into sessions (bottle, id, kind, directory, pid, started, started_at, traps, pane, tmux_pid, tmux_started, terminal, conversation)
         select name, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? from bottles where name = ? and ready = 1`,
      )
      .run(
        id, kind, directory, process.pid, own?.started ?? "", this.#now(), traps ?? null,
        name, server?.pid ?? null, server?.started ?? null, terminal, shows ?? null, bottle,
      ); // prettier-ignore
    return changes > 0;
  }

  /** Undefined for one that is not known. */
  closeSession(id: string, code: number): Closed | undefined {
    const row = this.#db
      .query<SessionRow & { traps: string | null; rowid: number }, [string]>(
        "select rowid, * from sessions where id = ?",
      )
      .get(id);
    if (!row) return undefined;
    // What git obeyed before may be long, and nobody asks again.
    this.#db.query("update sessions set ended_at = ?, code = ?, traps = null where id = ?").run(this.#now(), code, id);
    if (row.rowid % pruneEvery === 0) this.#prune(row.bottle);
    return { ...toSession(row), traps: row.traps, conversation: row.conversation };
  }

  #prune(bottle: string): void {
    for (const [isExec, kept] of [
      [1, keptSessions.exec],
      [0, keptSessions.others],
    ] as const)
      this.#db
        .query(
          `delete from sessions where bottle = ?1 and ended_at is not null and (kind = 'exec') = ?2 and id not in
             (select id from sessions where bottle = ?1 and (kind = 'exec') = ?2 order by started_at desc limit ?3)`,
        )
        .run(bottle, isExec, kept);
    this.#db
      .query(
        "delete from events where bottle = ?1 and rowid not in (select rowid from events where bottle = ?1 order by at desc limit ?2)",
      )
      .run(bottle, keptEvents);
  }

  /** The sessions whose process still lives; those of a killed one are closed on the way. */
  sessions(bottle?: string): SessionRecord[] {
    const rows = this.#db
      .query<SessionRow, [string | null]>(
        "select * from sessions where ended_at is null and (?1 is null or bottle = ?1) order by started_at, id",
      )
      .all(bottle ?? null);
    return rows.map(toSession).filter((session) => {
      const alive = isAlive(session.process);
      if (!alive) this.closeSession(session.id, -1);
      return alive;
    });
  }

  /** All that there were in the bottle, oldest first. */
  pastSessions(bottle: string): PastSession[] {
    const rows = this.#db
      .query<SessionRow & { ended_at: number | null; code: number | null }, [string]>(
        "select * from sessions where bottle = ? order by started_at, id",
      )
      .all(bottle);
    return rows.map(({ ended_at, code, ...row }) => ({
      ...toSession(row),
      endedAt: ended_at ?? undefined,
      code: code === null || code < 0 ? undefined : code,
    }));
  }

  /** When the last session of each bottle ended, or began where it has not ended. */
  lastUses(): ReadonlyMap<string, number> {
    const rows = this.#db
      .query<{ bottle: string; at: number }, []>(
        "select bottle, max(coalesce(ended_at, started_at)) as at from sessions group by bottle",
      )
      .all();
    return new Map(rows.map(({ bottle, at }) => [bottle, at]));
  }

  /** The session that the pane shows; the last one, where several were started in it. */
  sessionIn(pane: Pane): SessionRecord | undefined {
    return this.sessions().findLast(
      (session) =>
        session.pane?.id === pane.id &&
        session.pane.terminal === pane.terminal &&
        session.pane.server.pid === pane.server.pid &&
        session.pane.server.started === pane.server.started,
    );
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}
