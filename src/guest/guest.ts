import claudeHomeScript from "./claude-home.sh" with { type: "text" };
import foregroundScript from "./foreground.sh" with { type: "text" };
import preludeScript from "./prelude.sh" with { type: "text" };
import prepareScript from "./prepare.sh" with { type: "text" };
import type { ClaudeHome } from "./claude-home.ts";
import { withoutComments } from "./script.ts";

export type { ClaudeHome };

type Start = {
  readonly session: string;
  readonly size: { rows: number; columns: number } | undefined;
  readonly directory: string;
  /** Variables that the backend's program got as CLAUDE_BOTTLE_SECRET_NAME. */
  readonly secrets: readonly string[];
  readonly command: readonly string[];
};

/** What a session's first process is in the guest; it becomes `command`. */
export const preludeArgv = ({ session, size, directory, secrets, command }: Start): string[] => [
  "/bin/sh", "-c", withoutComments(preludeScript), "sh", session, String(size?.rows ?? 0), String(size?.columns ?? 0), directory, secrets.join(" "), ...command,
]; // prettier-ignore

/** Before a session's argv, where its terminal is the caller's own: in a process group that the host has no part in. */
export const foregroundArgv = (argv: readonly string[]): string[] => [
  "/bin/sh",
  "-c",
  // bash takes the terminal from its stderr, and dash has no status of its own when it gives a terminal back.
  'shell=/bin/sh; [ ! -x /bin/bash ] || shell=/bin/bash; exec "$shell" -m -c "$0" sh "$@" 3>&2 2>/dev/tty',
  withoutComments(foregroundScript),
  ...argv,
];

/** As the guest's root: the user, the home and the project's path; `mount` is where the project is mounted. */
export const prepareArgv = ({ user, directory }: Place, mount: string, claude: ClaudeHome): string[] => [
  "/bin/sh", "-c", withoutComments(prepareScript + claudeHomeScript), "sh",
  String(user.uid), String(user.gid), user.name, user.home, directory, mount, claude.config, claude.settings, ...claude.git,
]; // prettier-ignore

/** As the bottle's user: no more than what Claude wants to find at home. */
export const claudeHomeArgv = (home: string, claude: ClaudeHome): string[] => [
  "/bin/sh",
  "-c",
  withoutComments(claudeHomeScript),
  "sh",
  home,
  claude.config,
  claude.settings,
  "",
  ...claude.git,
];

type Place = {
  readonly user: { readonly uid: number; readonly gid: number; readonly name: string; readonly home: string };
  readonly directory: string;
};
