import { ptr } from "bun:ffi";
import { fstatSync, readFileSync } from "node:fs";
import { UserError } from "../errors.ts";
import { endArgv } from "../guest/control.ts";
import { sessionVariable } from "../guest/guest.ts";
import { cString } from "../system/libc.ts";
import { readHolder } from "./holder.ts";
import { openNamespaces } from "./join.ts";
import { type Libc, linuxCalls, wordList } from "./linux.ts";
import { startInside } from "./start.ts";
import { enterArgv } from "./words.ts";
import { bottleStopped, cannotEnter, cannotStart } from "./errors.ts";

const descriptor = { held: 3, status: 9 };

/**
 * Runs the arguments of `enterArgv` and the command after them. On success this process becomes a small shell that waits for the command's status, so
 * this function only returns by throwing UserError. `env`: our own environment. `self`: the command that starts this program again.
 */
export function enter(argv: readonly string[], env: NodeJS.ProcessEnv, self: readonly string[]): never {
  const [directory = "", place] = argv;
  const end = argv.indexOf("--");
  const variables = argv.slice(2, end).flatMap((word) => {
    if (word.includes("=")) return [word];
    const value = env[word];
    return value === undefined ? [] : [`${word}=${value}`];
  });
  const valueOf = (name: string) => variables.find((word) => word.startsWith(`${name}=`));
  const libc = linuxCalls();
  const holder = readHolder(directory);
  const namespaces = holder && openNamespaces(libc, holder);
  if (!holder || !namespaces) throw bottleStopped();
  const isHeld = isPipe(descriptor.held);
  const status = startInside(libc, {
    namespaces,
    filter: readFileSync(holder.filter),
    isAlone: place === "alone",
    held: isHeld ? descriptor.held : undefined,
    argv: argv.slice(end + 1),
    env: variables,
  });
  if (status === undefined) throw cannotEnter();
  const session = valueOf(sessionVariable)?.slice(sessionVariable.length + 1);
  const beside = [...self, ...enterArgv(directory, "alone", [valueOf("PATH") ?? ""])];
  // On a terminal, pty-resize ends a session that loses its caller.
  const isWatched = isHeld && place === "alone" && session !== undefined;
  libc.dup2(status, descriptor.status);
  throw become(libc, isWatched ? watchingShell(endArgv(beside, session)) : ["/bin/sh", "-c", awaitStatus]);
}

/** If no status arrives, the command and its shell were killed. */
const awaitStatus = 'read -r _ <&9; read -r status <&9; exit "${status:-137}"';

/**
 * Also ends the session in the bottle if the caller is killed. A caller that gets a signal ends the session itself. The terminal's Ctrl-C reaches
 * this shell and not the command, which has a kernel session of its own, so the shell passes it on.
 */
const watchingShell = (ending: readonly string[]): string[] => [
  "/bin/sh",
  "-c",
  `{ read -r _ <&3; exec 3<&- 9<&-; exec "$@"; } </dev/null >/dev/null 2>&1 &
watcher=$!
trap 'kill "$watcher"; exit 143' HUP TERM
pass() { again=1; kill -s "$1" -- "-$command"; } 2>/dev/null
trap 'pass INT' INT
trap 'pass QUIT' QUIT
read -r command <&9
# A signal may interrupt it.
until again=; read -r status <&9 || [ -z "$again" ]; do :; done
kill "$watcher" 2>/dev/null
exit "\${status:-137}"`,
  "sh",
  ...ending,
];

/** Returns only on failure, with the reason. Bun's own execve (1.4.5) closes every descriptor above 2. */
function become(libc: Libc, argv: readonly string[]): UserError {
  const [program = ""] = argv;
  const path = cString(program);
  const [words, none] = [wordList(argv), wordList([])];
  libc.execve(ptr(path), words.at, none.at);
  return cannotStart(program);
}

function isPipe(fd: number): boolean {
  try {
    const found = fstatSync(fd);
    return found.isFIFO() || found.isSocket();
  } catch {
    return false;
  }
}
