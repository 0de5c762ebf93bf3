import { Database } from "bun:sqlite";
import { UserError } from "../errors.ts";
import { ledgerError, ledgerFile } from "./errors.ts";
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

/** Per bottle, so that `exec` in a loop does not grow the ledger for ever. */
const keptSessions = { exec: 200, others: 1000 };
const keptEvents = 1000;
const pruneEvery = 64;

/** Ledgers that are open at the same time share one connection: SQLite reads its schema again for each. */
const connections = new Map<string, { readonly db: Database; users: number }>();

function connect(file: string): Database {
  try {
    const db = new Database(file, { create: true, strict: true });
    db.run("pragma busy_timeout = 10000");
    // Each synchronous commit would cost milliseconds. After a power cut the backends and the processes still know everything.
    db.run("pragma synchronous = off");
    upgrade(db, file);
    return db;
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw ledgerError(file, cause);
  }
}

/**
 * The record of bottles and sessions. It is a cache: the backends and the processes hold the truth. Every query is one short transaction, because
 * several processes write at once.
 */
export class Ledger implements Disposable {
  /** Every ledger of this process starts empty, and leaves no file. */
  static isInMemory = false;

  readonly #db: Database;
  readonly #now: () => number;
  readonly #file: string;

  constructor(system: System) {
    this.#now = system.now;
    if (!Ledger.isInMemory) privateDirectory(stateDirectory(system.env));
    this.#file = Ledger.isInMemory ? ":memory:" : ledgerFile(system.env);
    const shared = connections.get(this.#file) ?? { db: connect(this.#file), users: 0 };
    shared.users += 1;
    connections.set(this.#file, shared);
    this.#db = shared.db;
  }

  /** For the parts of the ledger that have a file of their own. */
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

  /** Saves a bottle that has just started, and its host process if it has one. Only the caller that started it knows which process that is. */
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

  /** Updates the plan of a recorded bottle. The machine's identity stays. */
  savePlan(plan: BottlePlan): void {
    this.#db
      .query("update bottles set plan = ?, written_by = ? where name = ?")
      .run(JSON.stringify(plan), version, plan.name);
  }

  setReady(name: string, isReady: boolean): void {
    this.#db.query("update bottles set ready = ? where name = ?").run(Number(isReady), name);
  }

  /** Marks the bottle as not ready unless sessions run in it, and returns how many do. No session can open in between. */
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

  /** False if the bottle is not ready because another process is stopping it. `traps`: git's settings before the session, for the check after it. */
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

  /** Undefined for an unknown session. */
  closeSession(id: string, code: number): Closed | undefined {
    const row = this.#db
      .query<SessionRow & { traps: string | null; rowid: number }, [string]>(
        "select rowid, * from sessions where id = ?",
      )
      .get(id);
    if (!row) return undefined;
    // git's earlier settings may be long, and are not needed after this.
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

  /** The sessions whose process lives. Closes those of killed processes. */
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

  /** All sessions that the bottle has had, oldest first. */
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

  /** When the last session of each bottle ended, or began if it still runs. */
  lastUses(): ReadonlyMap<string, number> {
    const rows = this.#db
      .query<{ bottle: string; at: number }, []>(
        `select name as bottle, max(
           coalesce((select max(ended_at) from sessions where bottle = name), 0),
           coalesce((select max(started_at) from sessions where bottle = name and ended_at is null), 0)) as at
         from bottles`,
      )
      .all();
    return new Map(rows.flatMap(({ bottle, at }) => (at === 0 ? [] : [[bottle, at]])));
  }

  /** The session in the pane; the latest if several were started there. */
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
    const shared = connections.get(this.#file);
    if (!shared || --shared.users > 0) return;
    connections.delete(this.#file);
    shared.db.close();
  }
}
