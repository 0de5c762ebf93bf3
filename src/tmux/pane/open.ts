import { UserError } from "../../errors.ts";
import { shellLine } from "../../lib/quote.ts";
import type { BottlePlan } from "../../plan/plan.ts";
import { isDirectory } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import { adoptArgv, openArgv, tmuxArgv, type Place } from "../argv.ts";
import type { Ending } from "./pane-process.ts";
import type { Tmux } from "../tmux.ts";
import { directoryGone, noDirectory, paneBusy } from "../errors.ts";

export type OpenRequest = {
  /** The pane beside which to open. */
  readonly pane: string;
  readonly client: string | undefined;
  readonly place: Place;
  /** "host": the user's own shell, outside any bottle. */
  readonly what: "agent" | "shell" | "dashboard" | "host";
  readonly agent: string | undefined;
  /** Of the agent or the shell. */
  readonly rest: readonly string[];
  readonly dryRun: boolean;
};

/** Smaller halves are of no use; tmux refuses only those without a single line. */
const leastColumns = 40;
const leastRows = 10;

const paneFields = [
  "window_id", "pane_width", "pane_height", "window_zoomed_flag", "pane_current_command", "pane_current_path",
  "pane_tty", "session_path", "@claude-bottle",
] as const; // prettier-ignore
type PaneFields = Record<(typeof paneFields)[number], string>;

/** Opens what was asked for beside a pane: in the bottle that the pane shows, or else in the one of its directory. */
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

/** Of a pane that has just begun, as a hook meets it, tmux knows no directory yet. */
async function askSettled(tmux: Tmux, pane: string): Promise<PaneFields> {
  for (let attempt = 1; ; attempt += 1) {
    const seen = await tmux.mustAsk(pane, paneFields);
    if (seen.pane_current_path !== "" || attempt === 10) return seen;
    await Bun.sleep(20);
  }
}

/**
 * The bottle that the pane shows, and the directory that it is about. Our own record takes as long to open as all else: only where
 * the pane has our mark. Throws UserError where that directory is gone.
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

/**
 * tmux 3.8 starts every pane of a session whose directory is gone in that directory, where a compiled Bun program ends before
 * its first line.
 */
export const startingIn = (session: string, argv: readonly string[]): readonly string[] =>
  isDirectory(session) ? argv : ["/bin/sh", "-c", 'cd / && exec "$@"', "sh", ...argv];

/** The pane's own process, which holds what `words` tell this program to do. */
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

/** As a person in that directory would type it: tmux-resurrect types it again. */
export function sessionWords(
  {
    what,
    client,
    agent,
    rest,
  }: {
    what: "agent" | "shell" | "dashboard";
    client?: string | undefined;
    agent?: string | undefined;
    rest: readonly string[];
  },
  bottle?: Pick<BottlePlan, "name" | "givenName">,
): string[] {
  if (what === "dashboard") return ["dashboard", ...(client === undefined ? [] : ["--client", client])];
  const after = rest.length > 0 ? ["--", ...rest] : [];
  if (what === "shell") return ["shell", ...(bottle ? [bottle.name] : []), ...after];
  const name = bottle?.givenName === undefined ? [] : ["--name", bottle.givenName];
  return ["run", ...name, ...(agent === undefined ? [] : ["--agent", agent]), ...after];
}

function directoryOf({ pane_current_path: path }: Pick<PaneFields, "pane_current_path">): string {
  // tmux 3.4 puts a backslash before a `$` of what it prints.
  const directory = [path, path.replaceAll("\\$", "$")].find(isDirectory);
  if (directory !== undefined) return directory;
  throw path === "" ? noDirectory() : directoryGone("pane", path);
}

/** Whatever else runs in the pane, such as an editor, would be killed. */
function assertPaneIdle({ pane_current_command: running }: PaneFields): void {
  if (/^-?([a-z]{0,4}sh|nu|elvish)$/.test(running)) return;
  throw paneBusy(running);
}

/** A window of its own, where half of the pane would be too small. */
function fittingPlace(place: Place, { pane_width, pane_height }: PaneFields): Place {
  if (place === "right") return Number(pane_width) >= 2 * leastColumns ? place : "window";
  if (place === "below") return Number(pane_height) >= 2 * leastRows ? place : "window";
  return place;
}
