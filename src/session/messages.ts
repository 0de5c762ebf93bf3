import { count } from "../lib/count.ts";
import { shortDuration } from "../lib/duration.ts";
import { printable } from "../lib/quote.ts";

export const endNotRecorded = (reason: string): string => `the end of this session was not recorded: ${reason}`;

/** After detaching from a background session. */
export const detached = (session: string, goesOn: boolean): string =>
  goesOn ? `session ${session} is still running: claude-bottle attach ${session}` : `session ${session} has ended`;

export const stopped = (session: string, conversation: string | undefined): [string, string | undefined] => [
  `session ${session} is stopped`,
  conversation === undefined ? undefined : `resume it: claude-bottle run --resume ${conversation}`,
];

export const nothingToResume = (bottle: string): string =>
  `bottle "${bottle}" has no conversation to resume; starting a new one`;

type Waiting = { readonly id: string; readonly state: string; readonly waitingFor?: string | undefined };

export const backgroundWaits = ({ id, state, waitingFor }: Waiting): string =>
  `background session ${id} ${state === "done" ? "is done" : `waits for ${waitingFor ?? "you"}`}: claude-bottle attach ${id}`;

export const goesOnInBackground = (session: string): string =>
  `the last session here goes on in the background: claude-bottle attach ${session}`;

export const wasCutOff = (agoMs: number): string =>
  `the last session here was cut off ${shortDuration(agoMs)} ago; go on with it: claude-bottle run --resume`;

export const unusable = (backend: string, reason: string): string => `${backend}: ${reason}`;
export const runsInSandbox = (backend: string, sandbox: string): string => `${backend}: ${sandbox}`;

export const usesVariable = (variable: string): string => `using ${variable} from your environment`;
export const howToKeepLogin = "to keep one for all bottles: claude-bottle login";
export const mayShareLogin = "Share the login of Claude Code on this machine with all bottles?";
export const mayLogInHere = "Start Claude and log in there, for this bottle only?";

export type Receipt = {
  readonly durationMs: number;
  readonly turns?: number | undefined;
  readonly tokens?: number | undefined;
  /** git's own short summary. */
  readonly changed?: string | undefined;
  readonly commits: number;
  readonly untracked: number;
  readonly denied: readonly string[];
  readonly background: readonly string[];
  readonly conversation?: string | undefined;
};

/** Two to five lines. */
export function ended({
  durationMs,
  turns,
  tokens,
  changed,
  commits,
  untracked,
  denied,
  background,
  conversation,
}: Receipt): [string, string] {
  const spent = [
    shortDuration(durationMs),
    ...(turns === undefined ? [] : [count(turns, "turn")]),
    ...(tokens === undefined || tokens === 0 ? [] : [`${tokens} output tokens`]),
  ];
  const work = [
    ...(changed === undefined ? [] : [printable(changed)]),
    ...(commits === 0 ? [] : [count(commits, "commit")]),
    ...(untracked === 0 ? [] : [`${count(untracked, "file")} untracked`]),
  ];
  const lines = [
    ...(work.length === 0 ? [] : [`project: ${work.join("; ")}`]),
    ...(denied.length === 0
      ? []
      : [`denied: ${denied.slice(0, 5).map(printable).join(", ")} (claude-bottle allow HOST opens one)`]),
    ...(background.length === 0
      ? []
      : [`in the background: ${background.slice(0, 5).join(", ")} (claude-bottle attach ${background[0]})`]),
    ...(conversation === undefined ? [] : [`go on: claude-bottle run --resume ${conversation}`]),
  ];
  return [`session ended after ${spent.join(", ")}`, lines.join("\n")];
}
