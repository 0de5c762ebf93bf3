import { backendOf } from "../backends/registry.ts";
import { UserError } from "../errors.ts";
import { Attention, type EndedSession } from "../ledger/attention.ts";
import type { BottleRecord, Ledger, Pane, SessionRecord } from "../ledger/ledger.ts";
import type { SessionPlan } from "../plan/plan.ts";
import { identify, type Identity } from "../system/process.ts";
import type { System } from "../system/system.ts";
import type { ClaudeProcess, Readings, ReadOptions } from "./read.ts";
import type { JobRecord } from "./records.ts";
import { type SessionState, stateOf } from "./state.ts";

/** One session of a bottle, in the foreground or the background, as it is now. */
export type Session = SessionState & {
  /** The ID that commands take: ours, or Claude Code's for a background session. */
  readonly id: string;
  readonly bottle: string;
  /** The project's directory. */
  readonly directory: string;
  readonly kind: SessionPlan["kind"];
  readonly isBackground: boolean;
  readonly startedAt: number;
  /** The name that Claude Code gives it, unfiltered: it comes from the bottle. */
  readonly name?: string | undefined;
  /** The conversation's ID, for `--resume`. */
  readonly conversation?: string | undefined;
  /** The process of ours that runs the session. */
  readonly process?: Identity | undefined;
  /** Claude Code's own process, if the bottle shares the host's kernel. */
  readonly agent?: Identity | undefined;
  readonly pane?: Pane | undefined;
};

export type ListOptions = ReadOptions & {
  /** Include the sessions of agents that ended after this time. */
  readonly endedSince?: number;
  /** Only the sessions of this bottle. */
  readonly bottle?: string | undefined;
};

/**
 * The sessions of all bottles, oldest first. Reads the ledger, the process table and a few small files per bottle. `poll` allows one command per
 * bottle whose files are elsewhere, at most once in ten seconds.
 */
export async function listSessions(system: System, ledger: Ledger, options: ListOptions): Promise<Session[]> {
  const attention = new Attention(ledger);
  const facts: Known = {
    now: system.now(),
    open: Map.groupBy(ledger.sessions(options.bottle), ({ bottle }) => bottle),
    ended: Map.groupBy(
      options.endedSince === undefined ? [] : attention.endedSince(options.endedSince, options.bottle),
      ({ bottle }) => bottle,
    ),
    seen: attention.seen(),
    endedSince: options.endedSince ?? Infinity,
  };
  const worked = attention.worked();
  const used = ledger.lastUses();
  // No session has ever started in the others.
  const records = ledger
    .bottles()
    .filter(({ plan: { name } }) => (options.bottle === undefined ? used.has(name) : name === options.bottle));
  const found: Session[] = [];
  // Bottles that need a command are asked in parallel, a few at a time.
  for (let at = 0; at < records.length; at += atOnce) {
    const part = await Promise.all(
      records.slice(at, at + atOnce).map(async (record) => sessionsIn(record, await readingsOf(system, ledger, record, { poll: options.poll && worked.has(record.plan.name) }), facts)),
    ); // prettier-ignore
    found.push(...part.flat());
  }
  return inOrder(found);
}

/** Oldest first. */
export const inOrder = (sessions: readonly Session[]): Session[] =>
  sessions.toSorted((one, other) => one.startedAt - other.startedAt || (one.id < other.id ? -1 : 1));

const atOnce = 8;

type Found = Readings & { readonly denials: readonly number[] };

/** A backend that does not answer hides only its own bottles. */
async function readingsOf(system: System, ledger: Ledger, record: BottleRecord, options: ReadOptions): Promise<Found> {
  try {
    const [{ readBottle }, backend] = await Promise.all([import("./read.ts"), backendOf(system, record.plan.backend)]);
    const readings = await readBottle(system, backend, record, options);
    const isFinished = readings.processes.some(({ record: { sessionId }, isAlive }) => isAlive !== false && readings.turns.get(sessionId)?.event === "Stop"); // prettier-ignore
    return {
      ...readings,
      denials: isFinished
        ? await (await import("./denied.ts")).denialsIn(system, ledger, backend, record.plan.name, options)
        : [],
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { processes: [], jobs: [], turns: new Map(), denials: [] };
  }
}

type Known = {
  readonly now: number;
  readonly open: ReadonlyMap<string, readonly SessionRecord[]>;
  readonly ended: ReadonlyMap<string, readonly EndedSession[]>;
  readonly seen: ReadonlyMap<string, number>;
  readonly endedSince: number;
};

function sessionsIn({ plan }: BottleRecord, readings: Found, { now, open, ended, seen, endedSince }: Known): Session[] {
  const { processes, turns, denials } = readings;
  const base = { bottle: plan.name, directory: plan.directory };
  const here = open.get(plan.name) ?? [];
  const shown = new Map(
    here.flatMap((session) => (session.shows === undefined ? [] : [[session.shows, session.pane]])),
  );
  const own = here.filter(({ kind }) => kind !== "attach").map((session): Session => {
    const { id, kind, startedAt, process, pane } = session;
    const claude = foregroundOf(processes, id);
    const record = claude?.record;
    const turn = record && turns.get(record.sessionId);
    const state = stateOf({ now, kind, startedAt, isAlive: true, record, turn, denials, seenAt: seen.get(id) });
    return { ...base, id, kind, isBackground: false, startedAt, process, agent: agentOf(claude), pane, name: record?.name, conversation: record?.sessionId, ...state };
  }); // prettier-ignore
  const past = (ended.get(plan.name) ?? []).map((session): Session => {
    const { id, startedAt, endedAt: at, code, conversation } = session;
    const state = stateOf({ now, kind: "agent", startedAt, isAlive: false, ended: { at, code } });
    return { ...base, id, kind: "agent", isBackground: false, startedAt, conversation, ...state };
  });
  const background = backgroundIn(readings).map(({ id, job, process }): Session => {
    const record = process?.record;
    const conversation = record?.sessionId ?? job?.sessionId ?? "";
    const startedAt = job?.createdAt ?? record?.startedAt ?? now;
    const isAlive = readings.isGone ? false : (process?.isAlive ?? (process === undefined ? undefined : true));
    const state = stateOf({ now, kind: "agent", startedAt, isAlive, record, job, turn: turns.get(conversation), denials, seenAt: seen.get(id) });
    return { ...base, id, kind: "agent", isBackground: true, startedAt, agent: agentOf(process), pane: shown.get(id), name: job?.name ?? record?.name, conversation, ...state };
  }); // prettier-ignore
  const isShown = ({ state, since }: Session) => state !== "ended" || since >= endedSince;
  return [...own, ...past, ...background.filter(isShown)];
}

const agentOf = (process: ClaudeProcess | undefined): Identity | undefined =>
  process?.hostPid === undefined ? undefined : identify(process.hostPid);

/** The Claude Code that the session started. A second one in the same session is a tool of the first. */
const foregroundOf = (processes: readonly ClaudeProcess[], session: string): ClaudeProcess | undefined =>
  processes
    .filter((process) => process.record.kind === "interactive" && process.session === session && process.isAlive !== false)
    .toSorted((one, other) => one.record.startedAt - other.record.startedAt)[0]; // prettier-ignore

type Background = { readonly id: string; readonly job?: JobRecord; readonly process?: ClaudeProcess };

function backgroundIn({ processes, jobs }: Readings): Background[] {
  const running = new Map<string, ClaudeProcess>();
  // A killed process leaves its record beside its successor's.
  for (const process of processes.toSorted((one, other) => Number(one.isAlive) - Number(other.isAlive)))
    if (process.record.kind === "bg" && process.record.jobId !== undefined) running.set(process.record.jobId, process);
  const spares = new Set([...running].filter(([, { record }]) => record.spare).map(([id]) => id));
  const ofJobs = jobs.map((job) => ({ id: job.id, job, process: running.get(job.id) }));
  const known = new Set(jobs.map(({ id }) => id));
  const others = [...running].filter(([id]) => !known.has(id)).map(([id, process]) => ({ id, process }));
  return [...ofJobs, ...others].filter(({ id }) => !spares.has(id)) as Background[];
}
