import type { SessionPlan } from "../plan/plan.ts";
import type { JobRecord, ProcessRecord, TurnRecord } from "./records.ts";

/** `done`: a finished turn that nobody has looked at. */
export type State = "working" | "waiting" | "done" | "idle" | "ended" | "failed";
export type WaitingFor = "permission" | "question" | "plan" | "login" | "limit" | "denied host";
/** Strongest first. */
export type Source = "process" | "record" | "job" | "hook" | "title";

export type SessionState = {
  readonly state: State;
  readonly waitingFor?: WaitingFor;
  /** Since when, in ms. */
  readonly since: number;
  readonly source: Source;
  /** One line, as the bottle or the process wrote it: to be printed harmlessly. */
  readonly detail?: string;
};

/** All that is known of one session. What the bottle wrote is a claim: the process table overrules it. */
export type Facts = {
  readonly now: number;
  readonly kind: SessionPlan["kind"];
  readonly startedAt: number;
  /** Undefined where nobody can tell, as on an engine that was last asked some seconds ago. */
  readonly isAlive: boolean | undefined;
  /** By our own ledger. `code` is undefined for a session whose holder was killed. */
  readonly ended?: { readonly at: number; readonly code: number | undefined } | undefined;
  readonly record?: ProcessRecord | undefined;
  readonly job?: JobRecord | undefined;
  readonly turn?: TurnRecord | undefined;
  readonly title?: string | undefined;
  /** When somebody last looked at the session. */
  readonly seenAt?: number | undefined;
  /** When the bottle was last denied a host. */
  readonly deniedAt?: number | undefined;
};

export function stateOf(facts: Facts): SessionState {
  const { record, turn, job, now } = facts;
  const known = facts.ended ? ofEnded(facts.ended) : ofProcess(facts);
  const state = known ?? (record ? ofRecord(facts, record) : job ? ofJob(facts, job) : ofNothing(facts));
  // A clock that jumped, or a guest that lies about the time, makes no session of the future.
  return state.since > now || !(state.since > 0) ? { ...state, since: Math.min(turn?.at ?? now, now) } : state;
}

/** 128 and more, but for Ctrl-C: its terminal or its process was taken from it. */
const isKilled = (code: number | undefined) => code === undefined || (code > 128 && code !== 130);

function ofEnded({ at, code }: { readonly at: number; readonly code: number | undefined }): SessionState {
  const ended = { since: at, source: "process" } as const;
  if (isKilled(code)) return { ...ended, state: "ended", detail: "interrupted" };
  return code === 0 || code === 130
    ? { ...ended, state: "ended" }
    : { ...ended, state: "failed", detail: `status ${code}` };
}

function ofProcess({ isAlive, record, job, startedAt }: Facts): SessionState | undefined {
  if (isAlive !== false) return undefined;
  const since = Math.max(record?.statusUpdatedAt ?? 0, job?.updatedAt ?? 0) || startedAt;
  const isOver = job?.state === "done" || job?.state === "stopped";
  return { state: "ended", since, source: "process", detail: isOver ? job.state : "interrupted" };
}

function ofRecord(facts: Facts, record: ProcessRecord): SessionState {
  const { statusUpdatedAt: since } = record;
  switch (record.status) {
    case "waiting":
      return { state: "waiting", waitingFor: waitingFor(record, facts), since, source: "record", ...detailOf(facts.job?.needs) };
    case "idle":
      return ofIdle(facts, record);
    // A shell command that the user typed runs for the user.
    default:
      return { state: "working", since, source: "record" };
  }
} // prettier-ignore

/** Claude asks for a plan's approval as for a permission; only the hook knows the tool. */
function waitingFor({ waitingFor: words, statusUpdatedAt }: ProcessRecord, { turn }: Facts): WaitingFor {
  const tool = isOf(turn, statusUpdatedAt) && turn.event === "PermissionRequest" ? turn.tool : undefined;
  if (tool === "ExitPlanMode") return "plan";
  return tool === "AskUserQuestion" || /input|question/.test(words ?? "") ? "question" : "permission";
}

/** Hooks are written beside the record, a moment before it or after it. */
const besideMs = 5_000;
const isOf = (turn: TurnRecord | undefined, at: number): turn is TurnRecord =>
  turn !== undefined && turn.at >= at - besideMs;

/** No record tells a finished turn from one that was interrupted; only Stop is never written for the latter. */
function ofIdle({ turn, job, seenAt = 0, deniedAt, startedAt }: Facts, { statusUpdatedAt }: ProcessRecord): SessionState {
  const since = statusUpdatedAt;
  if (isOf(turn, statusUpdatedAt)) {
    if (turn.event === "StopFailure") return { ...failure(turn.error), since, source: "hook", ...detailOf(turn.error) };
    if (turn.event === "Stop") {
      if (deniedAt !== undefined && deniedAt > (turn.askedAt ?? startedAt)) return { state: "waiting", waitingFor: "denied host", since: deniedAt, source: "hook" };
      return { state: seenAt >= turn.at ? "idle" : "done", since, source: "hook" };
    }
    return { state: "idle", since, source: "record", detail: "interrupted" };
  }
  if (turn === undefined && job?.state === "failed") return { state: "failed", since, source: "job", ...detailOf(job.detail) };
  if (turn === undefined && job?.state === "done") return { state: seenAt >= since ? "idle" : "done", since, source: "job" };
  return { state: "idle", since, source: "record" };
} // prettier-ignore

/** By the names that Claude Code 2.1.332 gives to an API error. */
function failure(error = ""): Pick<SessionState, "state" | "waitingFor"> {
  if (/auth|login|oauth/.test(error)) return { state: "waiting", waitingFor: "login" };
  if (/limit|billing|quota/.test(error)) return { state: "waiting", waitingFor: "limit" };
  return { state: "failed" };
}

/** A background session that has no process record yet, or one that cannot be read. */
const dispatchMs = 60_000;

function ofJob({ now, isAlive }: Facts, job: JobRecord): SessionState {
  const since = job.updatedAt;
  if (job.state === "failed") return { state: "failed", since, source: "job", ...detailOf(job.detail) };
  if (job.state === "done" || job.state === "stopped") return { state: "ended", since, source: "job", detail: job.state };
  if (job.tempo === "blocked" && job.needs?.startsWith("approve")) return { state: "waiting", waitingFor: "permission", since, source: "job", ...detailOf(job.needs) };
  // Work is believed for as long as its process may still have to start.
  if (isAlive || now - job.createdAt < dispatchMs) return { state: job.tempo === "active" ? "working" : "idle", since, source: "job" };
  return { state: "ended", since, source: "job", detail: "interrupted" };
} // prettier-ignore

/** An agent that is not Claude Code, or one that has not written its record: only what it calls its terminal is left. */
function ofNothing({ kind, title = "", startedAt }: Facts): SessionState {
  if (kind === "exec") return { state: "working", since: startedAt, source: "process" };
  if (kind === "agent" && /^[\u25d0-\u25d3\u2801-\u28ff]/.test(title))
    return { state: "working", since: startedAt, source: "title" };
  return { state: "idle", since: startedAt, source: title === "" ? "process" : "title" };
}

const detailOf = (text: string | undefined) => (text === undefined || text === "" ? {} : { detail: text });
