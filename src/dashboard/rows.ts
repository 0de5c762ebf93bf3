import { count } from "../lib/count.ts";
import type { Session } from "../activity/sessions.ts";
import type { Usage } from "../inventory/usage.ts";
import { shortBytes } from "../lib/bytes.ts";
import { shortDuration } from "../lib/duration.ts";
import { printable } from "../lib/quote.ts";

/** A bottle in the list. `state` is undefined until its backend has answered. */
export type BottleFacts = {
  readonly name: string;
  readonly directory: string;
  /** The branch, if the directory is a worktree that `run --worktree` created. */
  readonly branch?: string | undefined;
  /** The name from `run --name`. */
  readonly givenName: string | undefined;
  readonly backend: string;
  readonly network: string;
  readonly state: string | undefined;
  /** When its last session was used. */
  readonly lastUsedAt: number | undefined;
  /** Bytes on disk. */
  readonly size: number | undefined;
  /** Conversations that exist only in the bottle. */
  readonly conversations: number | undefined;
};

export type Changes = { readonly added: number; readonly removed: number };
export type DeniedHost = { readonly target: string; readonly times: number; readonly last: string };

/** Everything that the dashboard shows. */
export type World = {
  readonly now: number;
  readonly bottles: readonly BottleFacts[];
  readonly sessions: readonly Session[];
  readonly denied: ReadonlyMap<string, readonly DeniedHost[]>;
  /** By directory. */
  readonly changes: ReadonlyMap<string, Changes>;
  readonly usage: ReadonlyMap<string, Usage>;
};

export type Section = "waiting" | "working" | "quiet";

export type Row = {
  /** The ID of the session, or the bottle's name if it has none. */
  readonly key: string;
  readonly section: Section;
  readonly label: string;
  /** One word: what it waits for, or its state. */
  readonly state: string;
  readonly age: string;
  readonly text: string;
  readonly changes: Changes | undefined;
  readonly bottle: BottleFacts;
  readonly session: Session | undefined;
  readonly denied: readonly DeniedHost[];
  readonly usage: Usage | undefined;
};

/** When each row was snoozed, by row key. A row returns when its state changes. */
export type Snoozed = ReadonlyMap<string, number>;

/** The rows in screen order: those that need the user first, newest on top. */
export function rowsOf(world: World, snoozed: Snoozed, filter: string): Row[] {
  const labels = labelsOf(world.bottles);
  const ofBottle = Map.groupBy(world.sessions, ({ bottle }) => bottle);
  const rows = world.bottles.flatMap((bottle) => {
    const sessions = (ofBottle.get(bottle.name) ?? []).filter(isShown);
    const label = labels.get(bottle.name) ?? bottle.name;
    if (sessions.length === 0) return [bottleRow(world, bottle, label)];
    return sessions.map((session, at) =>
      sessionRow(world, bottle, session, at === 0 ? label : `${label}:${at + 1}`, snoozed),
    );
  });
  const wanted = filter.toLowerCase();
  return rows
    .filter(({ label, state, text, bottle }) =>
      [label, state, text, bottle.directory].some((field) => field.toLowerCase().includes(wanted)),
    )
    .toSorted(
      (one, other) =>
        order.indexOf(one.section) - order.indexOf(other.section) ||
        rankOf(one) - rankOf(other) ||
        sinceOf(other) - sinceOf(one) ||
        (one.label < other.label ? -1 : 1),
    );
}

const order: readonly Section[] = ["waiting", "working", "quiet"];

/** An ended session appears as its bottle's row. One that failed or was interrupted stays, because it can be resumed. */
const isShown = ({ state }: Session) => state !== "ended";

/** A question comes before a finished turn, regardless of age. */
const rankOf = ({ section, session }: Row) =>
  section !== "waiting" ? (session ? 0 : 1) : session?.state === "waiting" ? 0 : session?.state === "failed" ? 1 : 2;

const sinceOf = ({ session, bottle }: Row) => session?.since ?? bottle.lastUsedAt ?? 0;

function sectionOf({ state, kind }: Session): Section {
  if (state === "waiting" || state === "done" || state === "failed") return "waiting";
  return state === "working" && kind !== "shell" ? "working" : "quiet";
}

function sessionRow(world: World, bottle: BottleFacts, session: Session, label: string, snoozed: Snoozed): Row {
  const { id, state, kind, waitingFor, since, detail, name } = session;
  const isSnoozed = (snoozed.get(id) ?? -1) >= since;
  return {
    ...common(world, bottle),
    key: id,
    section: isSnoozed ? "quiet" : sectionOf(session),
    label,
    state: kind === "shell" && state !== "failed" ? "shell" : (waitingFor ?? state),
    age: shortDuration(world.now - since),
    text: printable(detail ?? name ?? ""),
    session,
  };
}

function bottleRow(world: World, bottle: BottleFacts, label: string): Row {
  const { name, branch, state, lastUsedAt, size, conversations = 0 } = bottle;
  const facts = [
    branch === undefined ? undefined : `worktree of ${branch}`,
    size === undefined ? undefined : shortBytes(size),
    conversations === 0
      ? undefined
      : `${count(conversations, "conversation")} ${conversations === 1 ? "exists" : "exist"} only here`,
  ];
  return {
    ...common(world, bottle),
    key: name,
    section: "quiet",
    label,
    state: state ?? "…",
    age: lastUsedAt === undefined ? "" : shortDuration(world.now - lastUsedAt),
    text: facts.filter(Boolean).join(", "),
    session: undefined,
  };
}

const common = ({ denied, changes, usage }: World, bottle: BottleFacts) => ({
  bottle,
  denied: denied.get(bottle.name) ?? [],
  changes: changes.get(bottle.directory),
  usage: usage.get(bottle.name),
});

/** The project's directory name, with enough of its path to tell it from another bottle's. */
function labelsOf(bottles: readonly BottleFacts[]): ReadonlyMap<string, string> {
  const plain = ({ directory, givenName }: BottleFacts) =>
    printable(`${directory.split("/").at(-1) || directory}${givenName === undefined ? "" : `/${givenName}`}`);
  const groups = Map.groupBy(bottles, plain);
  return new Map(
    bottles.map((bottle) => {
      const label = plain(bottle);
      const isShared = (groups.get(label)?.length ?? 0) > 1;
      return [bottle.name, isShared ? `${label} (${bottle.name.slice(-4)})` : label];
    }),
  );
}

/** "3 bottles · 1 waiting · 1 host denied" */
export function summaryOf({ bottles, denied }: World, rows: readonly Row[]): string {
  const waiting = rows.filter(({ section }) => section === "waiting").length;
  const hosts = [...denied.values()].flat().length;
  return [
    count(bottles.length, "bottle"),
    ...(waiting === 0 ? [] : [`${waiting} waiting`]),
    ...(hosts === 0 ? [] : [`${count(hosts, "host")} denied`]),
  ].join(" · ");
}
