import { UserError } from "../../errors.ts";
import { shellLine } from "../../lib/quote.ts";
import type { BottlePlan } from "../../plan/plan.ts";
import { isDirectory } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import { adoptArgv, openArgv, tmuxArgv, type Place } from "../argv.ts";
import type { Ending } from "./pane-process.ts";
import type { Tmux } from "../tmux.ts";
import { directoryGone, noDirectory, notInBackground, paneBusy } from "../errors.ts";

export type OpenRequest = {
  /** The pane beside which to open. */
  readonly pane: string;
  readonly client: string | undefined;
  readonly place: Place;
  /** "host": the user's own shell, outside any bottle. */
  readonly what: "agent" | "shell" | "dashboard" | "host";
  readonly agent: string | undefined;
  /** Arguments of the agent or the shell. */
  readonly rest: readonly string[];
  readonly dryRun: boolean;
};

/** Half a pane smaller than this is useless; tmux only refuses one without a single line. */
const leastColumns = 40;
const leastRows = 10;

const paneFields = [
  "window_id", "pane_width", "pane_height", "window_zoomed_flag", "pane_current_command", "pane_current_path",
  "pane_tty", "session_path", "@claude-bottle",
] as const; // prettier-ignore
type PaneFields = Record<(typeof paneFields)[number], string>;

/** Opens the request beside a pane: in the bottle that the pane shows, or in the bottle of its directory. */
export async function openBeside(system: System, tmux: Tmux, request: OpenRequest): Promise<void> {
  const { pane, client, what, rest } = request;
  const seen = await askSettled(tmux, pane);
  const { directory, bottle } = await shownIn(system, tmux, pane, seen);
  const place = fittingPlace(request.place, seen);
  if (place === "here") assertPaneIdle(seen);
  const ending = place === "here" ? "shell" : "close";
  const words =
    what === "host"
      ? []
      : holderArgv(
          system,
          directory,
          sessionWords({ ...request, client: place === "popup" ? client : undefined, what, rest }, bottle),
          ending,
        );
  const argv = openArgv({
    place,
    pane,
    client,
    window: seen.window_id,
    zoomed: seen.window_zoomed_flag === "1",
    name: directory.split("/").at(-1) || directory,
    command: what === "host" ? words : startingIn(seen.session_path, words),
  });
  if (request.dryRun) return system.out(`${shellLine(tmuxArgv(tmux.reach, [argv]))}\n`);
  if (place === "popup") return tmux.runAndWait(argv);
  const opened = (await tmux.runIn(directory, argv)).trim();
  if (what !== "host" && /^%\d+$/.test(opened)) await tmux.run(adoptArgv(opened));
}

/**
 * Starts the agent without a pane, in the bottle that the pane shows, or else in the one of its directory. Returns the session's number. Throws
 * UserError if it does not start.
 */
export async function startBeside(
  system: System,
  tmux: Tmux,
  { pane, agent, rest, dryRun }: Pick<OpenRequest, "pane" | "agent" | "rest" | "dryRun">,
): Promise<string | undefined> {
  const { directory, bottle } = await shownIn(system, tmux, pane, await askSettled(tmux, pane));
  const argv = [...system.self, ...sessionWords({ what: "agent", agent, rest, background: true }, bottle)];
  if (dryRun) return void system.out(`${shellLine(argv)}\n`);
  const { code, stdout, stderr } = await system.run(argv, { cwd: directory });
  if (code !== 0) throw notInBackground(stderr);
  return stdout.trim();
}

/** tmux does not know the directory of a pane that has just started, which is when a hook runs. */
async function askSettled(tmux: Tmux, pane: string): Promise<PaneFields> {
  for (let attempt = 1; ; attempt += 1) {
    const seen = await tmux.mustAsk(pane, paneFields);
    if (seen.pane_current_path !== "" || attempt === 10) return seen;
    await Bun.sleep(20);
  }
}

/**
 * The bottle that the pane shows, and its directory. Opening the ledger takes as long as everything else, so it is only read for a pane with our
 * mark. Throws UserError if the directory is gone.
 */
export async function shownIn(
  system: System,
  { server }: Tmux,
  id: string,
  seen: Pick<PaneFields, "@claude-bottle" | "pane_current_path" | "pane_tty">,
): Promise<{ directory: string; bottle: BottlePlan | undefined }> {
  if (seen["@claude-bottle"] !== "") {
    const { Ledger } = await import("../../ledger/ledger.ts");
    using ledger = new Ledger(system);
    const session = ledger.sessionIn({ id, server, terminal: seen.pane_tty });
    if (session && !isDirectory(session.directory)) throw directoryGone("bottle", session.directory);
    if (session) return { directory: session.directory, bottle: ledger.bottle(session.bottle)?.plan };
  }
  return { directory: directoryOf(seen), bottle: undefined };
}

/** tmux 3.8 starts every pane of a session whose directory is gone in that directory, where a compiled Bun program ends before its first line. */
export const startingIn = (session: string, argv: readonly string[]): readonly string[] =>
  isDirectory(session) ? argv : ["/bin/sh", "-c", 'cd / && exec "$@"', "sh", ...argv];

/** The pane's own process, which runs claude-bottle with `words`. */
export const holderArgv = (
  system: System,
  directory: string,
  words: readonly string[],
  ending: Ending = "close",
): string[] => [
  ...system.self,
  "tmux",
  "pane",
  ...(ending === "close" ? [] : ["--ending", ending]),
  directory,
  "--",
  ...words,
];

/** As the user would type it in that directory: tmux-resurrect types it again. */
export function sessionWords(
  {
    what,
    client,
    agent,
    rest,
    background = false,
  }: {
    what: "agent" | "shell" | "dashboard";
    client?: string | undefined;
    agent?: string | undefined;
    background?: boolean;
    rest: readonly string[];
  },
  bottle?: Pick<BottlePlan, "name" | "givenName">,
): string[] {
  if (what === "dashboard") return ["dashboard", ...(client === undefined ? [] : ["--client", client])];
  const after = rest.length > 0 ? ["--", ...rest] : [];
  if (what === "shell") return ["shell", ...(bottle ? [bottle.name] : []), ...after];
  const name = bottle?.givenName === undefined ? [] : ["--name", bottle.givenName];
  return [
    "run",
    ...(background ? ["--background"] : []),
    ...name,
    ...(agent === undefined ? [] : ["--agent", agent]),
    ...after,
  ];
}

function directoryOf({ pane_current_path: path }: Pick<PaneFields, "pane_current_path">): string {
  // tmux 3.4 prints a backslash before each `$`.
  const directory = [path, path.replaceAll("\\$", "$")].find(isDirectory);
  if (directory !== undefined) return directory;
  throw path === "" ? noDirectory() : directoryGone("pane", path);
}

/** Any other program in the pane, such as an editor, would be killed. */
function assertPaneIdle({ pane_current_command: running }: PaneFields): void {
  if (/^-?([a-z]{0,4}sh|nu|elvish)$/.test(running)) return;
  throw paneBusy(running);
}

/** A new window if half of the pane would be too small. */
function fittingPlace(place: Place, { pane_width, pane_height }: PaneFields): Place {
  if (place === "right") return Number(pane_width) >= 2 * leastColumns ? place : "window";
  if (place === "below") return Number(pane_height) >= 2 * leastRows ? place : "window";
  return place;
}
