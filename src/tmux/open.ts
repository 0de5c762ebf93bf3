import { UserError } from "../errors.ts";
import type { Ledger, SessionRecord } from "../ledger/ledger.ts";
import { printable, shellLine } from "../lib/quote.ts";
import { isFolder } from "../system/files.ts";
import type { System } from "../system/system.ts";
import { adoptArgv, openArgv, tmuxArgv, type Place } from "./argv.ts";
import type { Tmux } from "./tmux.ts";

export type OpenRequest = {
  /** The pane beside which to open. */
  readonly pane: string;
  readonly client: string | undefined;
  readonly place: Place;
  /** "host": the user's own shell, outside any bottle. */
  readonly what: "agent" | "shell" | "host";
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
] as const; // prettier-ignore
type PaneFields = Record<(typeof paneFields)[number], string>;

/** Opens what was asked for beside a pane: in the bottle that the pane shows, or else in the one of its directory. */
export async function openBeside(system: System, tmux: Tmux, ledger: Ledger, request: OpenRequest): Promise<void> {
  const { pane, client, what, rest } = request;
  const seen = await tmux.ask(pane, paneFields);
  if (!seen) throw new UserError(`there is no pane "${printable(pane)}"`);
  const session = ledger.sessionIn({ id: pane, server: tmux.server });
  const directory = session?.directory ?? directoryOf(seen);
  const place = fittingPlace(request.place, seen);
  const argv = openArgv({
    place,
    pane,
    client,
    window: seen.window_id,
    zoomed: seen.window_zoomed_flag === "1",
    name: directory.split("/").at(-1) || directory,
    command: what === "host" ? [] : holderArgv(system, directory, sessionWords({ ...request, what, rest }, session)),
  });
  if (request.dryRun) return system.out(`${shellLine(tmuxArgv(tmux.reach, [argv]))}\n`);
  const opened = (await tmux.runIn(directory, argv)).trim();
  if (what !== "host" && /^%\d+$/.test(opened)) await tmux.run(adoptArgv(opened));
}

/** The pane's own process, which holds what `words` tell this program to do. */
const holderArgv = (system: System, directory: string, words: readonly string[]): string[] => [
  ...system.self,
  "tmux",
  "pane",
  directory,
  "--",
  ...words,
];

/** As a person in that directory would type it: tmux-resurrect types it again. */
export function sessionWords(
  { what, agent, rest }: { what: "agent" | "shell"; agent?: string | undefined; rest: readonly string[] },
  session?: Pick<SessionRecord, "bottle">,
): string[] {
  const after = rest.length > 0 ? ["--", ...rest] : [];
  if (what === "shell") return ["shell", ...(session ? [session.bottle] : []), ...after];
  return ["run", ...(agent === undefined ? [] : ["--agent", agent]), ...after];
}

function directoryOf({ pane_current_path: path }: PaneFields): string {
  // tmux 3.4 puts a backslash before a `$` of what it prints.
  const directory = [path, path.replaceAll("\\$", "$")].find(isFolder);
  if (directory !== undefined) return directory;
  throw new UserError(
    path === "" ? "the pane has no directory" : `the pane's directory "${printable(path)}" is not there any more`,
    { hint: "cd to a project first" },
  );
}

/** A window of its own, where half of the pane would be too small. */
function fittingPlace(place: Place, { pane_width, pane_height }: PaneFields): Place {
  if (place === "right") return Number(pane_width) >= 2 * leastColumns ? place : "window";
  if (place === "below") return Number(pane_height) >= 2 * leastRows ? place : "window";
  return place;
}
