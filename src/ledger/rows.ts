import { parseJson } from "../lib/json.ts";
import type { BottlePlan, SessionPlan } from "../plan/plan.ts";
import { version } from "../version.ts";
import type { Identity } from "../system/process.ts";

export type BottleRecord = {
  readonly plan: BottlePlan;
  readonly madeAt: number;
  /** The bottle's process on the host when it was last started. */
  readonly machine: Identity | undefined;
  /** False from the moment a process begins to stop, start or remove it, until it has started. */
  readonly isReady: boolean;
};

export type SessionRecord = {
  readonly id: string;
  readonly bottle: string;
  readonly kind: SessionPlan["kind"];
  readonly directory: string;
  /** The process of claude-bottle that runs the session. */
  readonly process: Identity;
  readonly startedAt: number;
  /** The tmux pane of the session, if any. */
  readonly pane: Pane | undefined;
  /** The background session that it shows. */
  readonly shows?: string | undefined;
};

/** A session, ended or not. `code` is undefined if its process was killed. */
export type PastSession = Pick<SessionRecord, "kind" | "directory" | "startedAt"> & {
  readonly endedAt: number | undefined;
  readonly code: number | undefined;
};

/** What the work after a session may need. */
export type Closed = Pick<SessionRecord, "bottle" | "kind" | "directory" | "startedAt"> & {
  readonly traps: string | null;
  readonly conversation: string | null;
};

/**
 * Pane numbers start again with each tmux server. `terminal` is the device of the session's terminal: a session that inherited TMUX_PANE from
 * elsewhere is not in that pane.
 */
export type Pane = { readonly server: Identity; readonly id: string; readonly terminal: string };

export type BottleRow = {
  plan: string;
  made_at: number;
  machine_pid: number | null;
  machine_started: string | null;
  ready: number;
  /** The version of this program that wrote the plan. */
  written_by: string | null;
};
export type SessionRow = {
  id: string;
  bottle: string;
  kind: string;
  directory: string;
  pid: number;
  started: string;
  started_at: number;
  pane: string | null;
  tmux_pid: number | null;
  tmux_started: string | null;
  terminal: string | null;
  conversation: string | null;
};

/** Undefined for an unreadable row. Its bottle is then found at its backend as one that is not in the ledger. */
export function toBottle({
  made_at,
  machine_pid,
  machine_started,
  ready,
  ...row
}: BottleRow): BottleRecord | undefined {
  const plan = planOf(row);
  const isKnown = machine_pid !== null && machine_started !== null;
  const machine = isKnown ? { pid: machine_pid, started: machine_started } : undefined;
  return plan && { plan, madeAt: made_at, isReady: ready === 1, machine };
}

/** A plan that this version wrote is only looked over: a warm start, the usual case, would wait for all of the schema. */
function planOf({ plan, written_by }: Pick<BottleRow, "plan" | "written_by">): BottlePlan | undefined {
  const own = written_by === version ? (parseJson(plan) as BottlePlan | undefined) : undefined;
  if (own && isWhole(own)) return own;
  const { readStoredPlan } = require("./stored-plan.ts") as typeof import("./stored-plan.ts");
  return readStoredPlan(plan);
}

/** A disk may damage the row. */
const isWhole = ({ name, backend, directory, user, network, mounts, credentials }: Readonly<Partial<BottlePlan>>): boolean =>
  typeof name === "string" && typeof backend === "string" && typeof directory === "string" && typeof user?.home === "string" &&
  Array.isArray(network?.hosts) && Array.isArray(mounts) && Array.isArray(credentials); // prettier-ignore

export const toSession = ({ id, bottle, kind, directory, pid, started, started_at, conversation, ...row }: SessionRow): SessionRecord => ({
  id, bottle, directory, startedAt: started_at, kind: kind as SessionPlan["kind"], process: { pid, started }, pane: toPane(row),
  ...(kind === "attach" && conversation !== null && { shows: conversation }),
}); // prettier-ignore

const toPane = ({ pane, tmux_pid, tmux_started, terminal }: Pick<SessionRow, "pane" | "tmux_pid" | "tmux_started" | "terminal">) =>
  pane === null || tmux_pid === null || tmux_started === null || terminal === null
    ? undefined
    : { id: pane, server: { pid: tmux_pid, started: tmux_started }, terminal }; // prettier-ignore
