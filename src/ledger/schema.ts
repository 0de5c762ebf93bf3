import type { Database } from "bun:sqlite";
import { newerLedger } from "./errors.ts";

/** What each version of the schema adds to the one before. */
const versions = [
  `
  create table if not exists bottles (
    name text primary key, directory text not null, plan text not null, made_at integer not null,
    machine_pid integer, machine_started text) strict;
  create table if not exists sessions (
    id text primary key, bottle text not null, kind text not null, directory text not null,
    pid integer not null, started text not null, started_at integer not null, ended_at integer, code integer) strict;
  create index if not exists open_sessions on sessions (bottle) where ended_at is null;
  create table if not exists events (at integer not null, bottle text not null, what text not null) strict;`,
  `
  alter table sessions add column pane text;
  alter table sessions add column tmux_pid integer;
  alter table sessions add column tmux_started text;`,
  "alter table sessions add column traps text;",
  "alter table sessions add column terminal text;",
  `
  alter table sessions add column conversation text;
  create table if not exists looks (session text primary key, seen_at integer, told_at integer) strict;`,
  "alter table bottles add column ready integer not null default 1;",
  "create table mutes (bottle text not null, target text not null, primary key (bottle, target)) strict;",
  `
  alter table bottles add column written_by text;
  create index if not exists sessions_of_bottle on sessions (bottle, started_at);
  update sessions set traps = null where ended_at is not null;`,
  `
  create index if not exists ends_of_bottle on sessions (bottle, ended_at);
  create index if not exists ends_of_agents on sessions (ended_at) where kind = 'agent';
  create index if not exists worked_bottles on sessions (bottle) where kind != 'exec';`,
];
const version = versions.length;

/** Upgrades the ledger of an older version. Throws UserError for that of a newer one. */
export function upgrade(db: Database, file: string): void {
  const found = versionOf(db);
  if (found > version) throw newerLedger(file);
  if (found === version) return;
  patiently(() => db.run("pragma journal_mode = wal"));
  db.transaction(() => {
    for (const step of versions.slice(versionOf(db))) db.run(step);
    db.run(`pragma user_version = ${version}`);
  }).immediate();
}

const versionOf = (db: Database): number =>
  db.query<{ user_version: number }, []>("pragma user_version").get()?.user_version ?? 0;

/** SQLite's busy timeout does not cover a change of the journal mode: one of two concurrent changes fails at once with "locked". */
function patiently(act: () => void): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return act();
    } catch (error) {
      if (
        attempt === 200 ||
        !(error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_BUSY"))
      )
        throw error;
      Bun.sleepSync(20);
    }
  }
}
