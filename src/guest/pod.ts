import podScript from "./pod.sh" with { type: "text" };
import sessionScript from "./pod-session.sh" with { type: "text" };
import { withoutComments } from "./script.ts";

/** What a pod's process 1 is. */
export const podArgv = (): string[] => ["/bin/sh", "-c", withoutComments(podScript)];

/** Where the values of a session's secrets wait for it, in memory. */
export const secretsFile = (session: string): string => `${runDirectory}/${session}`;
export const runDirectory = "/run/claude-bottle";

type Start = {
  readonly session: string;
  readonly mode: "plain" | "terminal";
  /** What is watched for changes, if anything. */
  readonly project?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly command: readonly string[];
};

/** What kubectl exec runs in a pod; it sets `env` and becomes, or runs, `command`. */
export const podSessionArgv = ({ session, mode, project = "", env, command }: Start): string[] => [
  "/bin/sh", "-c", withoutComments(sessionScript), "sh", session, mode, project,
  ...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...command,
]; // prettier-ignore

/** Lines that a shell reads back as those variables. */
export const secretLines = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values).map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`).join(""); // prettier-ignore

/** Keeps what is on its stdin for a session. */
export const keepSecretsArgv = (session: string): string[] => ["/bin/sh", "-c", 'umask 077; exec cat >"$1"', "sh", secretsFile(session)]; // prettier-ignore

/** The same, and then becomes `command`, which is to have them. */
export const keepSecretsThenArgv = (session: string, command: readonly string[]): string[] => [
  "/bin/sh", "-c", 'umask 077; cat >"$1" || exit; shift; exec "$@"', "sh", secretsFile(session), ...command,
]; // prettier-ignore

/** Every file of the home, each path with a NUL behind it: all of it was written in the bottle. */
export const homeFilesArgv = (home: string): string[] => ["find", home, "-xdev", "!", "-type", "d", "-print0"];

/** Whether the session's command still runs, by the note that the prelude made: `runs` or `ended`. */
export const isRunningArgv = (session: string): string[] => [
  "/bin/sh", "-c", 'read -r pid <"/tmp/.claude-bottle-$1" && kill -0 "$pid" && echo runs || echo ended', "sh", session,
]; // prettier-ignore

/** As the home of whoever runs it. */
export const packHomeArgv = [
  "/bin/sh", "-c",
  // Not the home itself, which belongs to root where a volume is mounted.
  'cd && set -- && for item in ./* ./.[!.]* ./..?*; do { [ -e "$item" ] || [ -L "$item" ]; } && set -- "$@" "$item"; done; [ $# = 0 ] || tar -cf - "$@" || [ $? = 1 ]',
]; // prettier-ignore
/** What is there of it; a conversation may grow as it is read, which is tar's 1. */
export const packClaudeArgv = [
  "/bin/sh", "-c",
  'cd && set -- && for path in .claude.json .claude/projects; do [ ! -e "$path" ] || set -- "$@" "$path"; done; [ $# = 0 ] || tar -cf - "$@" || [ $? = 1 ]',
]; // prettier-ignore
export const unpackHomeArgv = (home: string): string[] => ["tar", "-C", home, "-xpof", "-"];
