import type { Ledger } from "./ledger.ts";

/** What the user has seen of each session and was notified about, by session ID, and which conversation each session is. */
export class Attention {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** When the user last looked at each session. */
  seen(): ReadonlyMap<string, number> {
    const rows = this.#ledger.database
      .query<{ session: string; seen_at: number }, []>("select session, seen_at from looks where seen_at is not null")
      .all();
    return new Map(rows.map(({ session, seen_at }) => [session, seen_at]));
  }

  noteSeen(session: string, at: number): void {
    this.#ledger.database
      .query("insert into looks (session, seen_at) values (?1, ?2) on conflict (session) do update set seen_at = ?2")
      .run(session, at);
  }

  /** Whether the caller should notify the user about the session's state since then. Of several concurrent callers only one gets true. */
  claimNotice(session: string, since: number): boolean {
    return (
      this.#ledger.database
        .query(
          `insert into looks (session, told_at) values (?1, ?2)
           on conflict (session) do update set told_at = ?2 where told_at is null or told_at < ?2`,
        )
        .run(session, since).changes > 0
    );
  }

  /** The bottles in which an agent may still run. An exec leaves nothing running. */
  worked(): ReadonlySet<string> {
    const rows = this.#ledger.database
      .query<{ bottle: string }, []>(
        "select name as bottle from bottles where exists (select 1 from sessions where bottle = name and kind != 'exec')",
      )
      .all();
    return new Set(rows.map(({ bottle }) => bottle));
  }

  noteConversation(session: string, conversation: string): void {
    this.#ledger.database.query("update sessions set conversation = ? where id = ?").run(conversation, session);
  }

  /** Agent sessions that ended after that time, newest first. `code` is undefined if the process was killed. */
  endedSince(at: number, bottle?: string): readonly EndedSession[] {
    const rows = this.#ledger.database
      .query<EndedRow, [number, string | null]>(
        `select id, bottle, directory, started_at, ended_at, code, conversation from sessions
         where kind = 'agent' and ended_at >= ?1 and (?2 is null or bottle = ?2) order by ended_at desc limit 100`,
      )
      .all(at, bottle ?? null);
    return rows.map(({ started_at, ended_at, code, conversation, ...row }) => ({
      ...row,
      startedAt: started_at,
      endedAt: ended_at,
      code: code === null || code < 0 ? undefined : code,
      conversation: conversation ?? undefined,
    }));
  }
}

export type EndedSession = {
  readonly id: string;
  readonly bottle: string;
  readonly directory: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly code: number | undefined;
  readonly conversation: string | undefined;
};

type EndedRow = {
  id: string;
  bottle: string;
  directory: string;
  started_at: number;
  ended_at: number;
  code: number | null;
  conversation: string | null;
};
