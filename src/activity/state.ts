import type { SessionPlan } from "../plan/plan.ts";
import type { JobRecord, ProcessRecord, TurnRecord } from "./records.ts";

/** `done`: the turn has finished and the user has not looked at it since. */
export type State = "working" | "waiting" | "done" | "idle" | "ended" | "failed";
export type WaitingFor = "permission" | "question" | "plan" | "login" | "limit" | "denied host";
/** Strongest first. */
export type Source = "process" | "record" | "job" | "hook" | "title";

export type SessionState = {
  readonly state: State;
  readonly waitingFor?: WaitingFor;
  /** When the state began, in ms. */
  readonly since: number;
  readonly source: Source;
  /** One line as the bottle or the process wrote it. Filter it before printing. */
  readonly detail?: string;
};

/** Everything known about one session. What the bottle wrote is a claim: the process table overrules it. */
export type Facts = {
  readonly now: number;
  readonly kind: SessionPlan["kind"];
  readonly startedAt: number;
  /** Undefined if it is not known, for example for an engine that was asked some seconds ago. */
  readonly isAlive: boolean | undefined;
  /** From the ledger. `code` is undefined if the process that ran the session was killed. */
  readonly ended?: { readonly at: number; readonly code: number | undefined } | undefined;
  readonly record?: ProcessRecord | undefined;
  readonly job?: JobRecord | undefined;
  readonly turn?: TurnRecord | undefined;
  readonly title?: string | undefined;
  /** When the user last looked at the session. */
  readonly seenAt?: number | undefined;
  /** When the bottle was denied hosts, oldest first. */
  readonly denials?: readonly number[];
};

export function stateOf(facts: Facts): SessionState {
  const { record, turn, job, now } = facts;
  const known = facts.ended ? ofEnded(facts.ended) : ofProcess(facts);
  const state = known ?? (record ? ofRecord(facts, record) : job ? ofJob(facts, job) : ofNothing(facts));
  // A clock that jumped, or a guest that lies, must not date a state in the future.
  return state.since > now || !(state.since > 0) ? { ...state, since: Math.min(turn?.at ?? now, now) } : state;
}

/** The status of a signal other than Ctrl-C's: the session lost its terminal or was killed. */
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
      return { state: "waiting", waitingFor: waitingFor(record, facts), since, source: "record", ...detailOf(askedFor(record, facts)) };
    case "idle":
      return ofIdle(facts, record);
    // A shell command that the user typed counts as the user's work, not Claude's.
    default:
      return { state: "working", since, source: "record", ...detailOf(facts.turn?.event === "Stop" ? undefined : facts.turn?.about) };
  }
} // prettier-ignore

/** From the hook, which has the command, rather than from a background session's record, which has less. */
const askedFor = ({ statusUpdatedAt }: ProcessRecord, { turn, job }: Facts): string | undefined =>
  (isOf(turn, statusUpdatedAt) && turn.event === "PermissionRequest" ? turn.about : undefined) ?? job?.needs;

/** Claude Code reports a plan's approval as a permission; only the hook names the tool. */
function waitingFor({ waitingFor: words, statusUpdatedAt }: ProcessRecord, { turn }: Facts): WaitingFor {
  const tool = isOf(turn, statusUpdatedAt) && turn.event === "PermissionRequest" ? turn.tool : undefined;
  if (tool === "ExitPlanMode") return "plan";
  return tool === "AskUserQuestion" || /input|question/.test(words ?? "") ? "question" : "permission";
}

/** A hook writes its file a moment before or after Claude Code writes its record. */
const besideMs = 5_000;
const isOf = (turn: TurnRecord | undefined, at: number): turn is TurnRecord =>
  turn !== undefined && turn.at >= at - besideMs;

/** Records do not tell a finished turn from an interrupted one, but Claude Code runs no Stop hook for the latter. */
function ofIdle({ turn, job, seenAt = 0, denials = [], startedAt }: Facts, { statusUpdatedAt }: ProcessRecord): SessionState {
  const since = statusUpdatedAt;
  if (isOf(turn, statusUpdatedAt)) {
    if (turn.event === "StopFailure") return { ...failure(turn.error), since, source: "hook", ...detailOf(turn.error) };
    if (turn.event === "Stop") {
      const isSeen = seenAt >= turn.at;
      const deniedAt = denials.findLast((at) => at > (turn.askedAt ?? startedAt) && at <= turn.at + besideMs);
      if (deniedAt !== undefined && !isSeen) return { state: "waiting", waitingFor: "denied host", since: deniedAt, source: "hook", ...detailOf(turn.about) };
      return { state: isSeen ? "idle" : "done", since, source: "hook", ...detailOf(turn.about) };
    }
    return { state: "idle", since, source: "record", detail: "interrupted" };
  }
  if (turn === undefined && job?.state === "failed") return { state: "failed", since, source: "job", ...detailOf(job.detail) };
  if (turn === undefined && job?.state === "done") return { state: seenAt >= since ? "idle" : "done", since, source: "job" };
  return { state: "idle", since, source: "record" };
} // prettier-ignore

/** The names that Claude Code 2.1.332 gives to API errors. */
function failure(error = ""): Pick<SessionState, "state" | "waitingFor"> {
  if (/auth|login|oauth/.test(error)) return { state: "waiting", waitingFor: "login" };
  if (/limit|billing|quota/.test(error)) return { state: "waiting", waitingFor: "limit" };
  return { state: "failed" };
}

/** A background session without a readable process record. */
const dispatchMs = 60_000;

function ofJob({ now, isAlive }: Facts, job: JobRecord): SessionState {
  const since = job.updatedAt;
  if (job.state === "failed") return { state: "failed", since, source: "job", ...detailOf(job.detail) };
  if (job.state === "done" || job.state === "stopped") return { state: "ended", since, source: "job", detail: job.state };
  if (job.tempo === "blocked" && job.needs?.startsWith("approve")) return { state: "waiting", waitingFor: "permission", since, source: "job", ...detailOf(job.needs) };
  // Believe the job's record while its process may still be starting.
  if (isAlive || now - job.createdAt < dispatchMs) return { state: job.tempo === "active" ? "working" : "idle", since, source: "job" };
  return { state: "ended", since, source: "job", detail: "interrupted" };
} // prettier-ignore

/** An agent without a record: it is not Claude Code, or has just started. Its terminal's title is all there is. */
function ofNothing({ kind, title = "", startedAt }: Facts): SessionState {
  if (kind === "exec") return { state: "working", since: startedAt, source: "process" };
  if (kind === "agent" && /^[\u25d0-\u25d3\u2801-\u28ff]/.test(title))
    return { state: "working", since: startedAt, source: "title" };
  return { state: "idle", since: startedAt, source: title === "" ? "process" : "title" };
}

const detailOf = (text: string | undefined) => (text === undefined || text === "" ? {} : { detail: text });
