import podScript from "./pod.sh" with { type: "text" };
import sessionScript from "./pod-session.sh" with { type: "text" };
import { withoutComments } from "./script.ts";

/** Process 1 of a pod. */
export const podArgv = (): string[] => ["/bin/sh", "-c", withoutComments(podScript)];

/** Where the values of a session's secrets wait, in memory. */
export const secretsFile = (session: string): string => `${runDirectory}/${session}`;
export const runDirectory = "/run/claude-bottle";

type Start = {
  readonly session: string;
  readonly mode: "plain" | "terminal";
  /** The project to watch for changes, if any. */
  readonly project?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly command: readonly string[];
};

/** What kubectl exec runs in a pod. It sets `env` and becomes `command`, or runs it. */
export const podSessionArgv = ({ session, mode, project = "", env, command }: Start): string[] => [
  "/bin/sh", "-c", withoutComments(sessionScript), "sh", session, mode, project,
  ...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...command,
]; // prettier-ignore

/** The variables as lines that a shell can read. */
export const secretLines = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values).map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`).join(""); // prettier-ignore

/** Stores its stdin for a session. */
export const keepSecretsArgv = (session: string): string[] => ["/bin/sh", "-c", 'umask 077; exec cat >"$1"', "sh", secretsFile(session)]; // prettier-ignore

/** The same, and then becomes `command`, which gets the values. */
export const keepSecretsThenArgv = (session: string, command: readonly string[]): string[] => [
  "/bin/sh", "-c", 'umask 077; cat >"$1" || exit; shift; exec "$@"', "sh", secretsFile(session), ...command,
]; // prettier-ignore

/** Lists every file of the home, each path ending with a NUL: all of it was written in the bottle. */
export const homeFilesArgv = (home: string): string[] => ["find", home, "-xdev", "!", "-type", "d", "-print0"];

/** Whether the session's command still runs, by the note that the prelude made: `runs` or `ended`. */
export const isRunningArgv = (session: string): string[] => [
  "/bin/sh", "-c", 'read -r pid <"/tmp/.claude-bottle-$1" && kill -0 "$pid" && echo runs || echo ended', "sh", session,
]; // prettier-ignore

/** Packs the home of the user that runs it. */
export const packHomeArgv = [
  "/bin/sh", "-c",
  // Leaves out the home directory itself, which belongs to root on a mounted volume.
  'cd && set -- && for item in ./* ./.[!.]* ./..?*; do { [ -e "$item" ] || [ -L "$item" ]; } && set -- "$@" "$item"; done; [ $# = 0 ] || tar -cf - "$@" || [ $? = 1 ]',
]; // prettier-ignore
/** Packs the parts that exist. tar returns 1 if a conversation grew while it was read. */
export const packClaudeArgv = [
  "/bin/sh", "-c",
  'cd && set -- && for path in .claude.json .claude/projects; do [ ! -e "$path" ] || set -- "$@" "$path"; done; [ $# = 0 ] || tar -cf - "$@" || [ $? = 1 ]',
]; // prettier-ignore
export const unpackHomeArgv = (home: string): string[] => ["tar", "-C", home, "-xpof", "-"];
