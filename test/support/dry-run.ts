import { expect } from "bun:test";
import type { Home } from "./tool.ts";

/** The commands of a line, of a pipe the reader first: it is started first. */
function commandsOf(line: string): string[] {
  const parts: string[][] = [[]];
  for (const [token] of line.matchAll(/(?:\$'(?:[^'\\]|\\.)*'|[^\s'|\\]|'[^']*'|\\.)+|\|/g))
    if (token === "|") parts.push([]);
    else parts.at(-1)?.push(token);
  return parts.map((words) => words.join(" ")).reverse();
}
const plain = (line: string) => line.replaceAll(/\b[0-9a-f]{16}\b/g, "SESSION").replaceAll(/kill -KILL .*/g, "");

/** What only asks is left out. */
const asks =
  /^\S*(smolvm (--version|machine (status|ls)\b)|smolvm machine exec .*-print0|git |find \. -xdev |podman (info|container inspect|image inspect|ps|diff|run --rm)\b|bwrap --version|bwrap --unshare-user --unshare-pid --unshare-net --cap-drop)/;

/** Has the command print what it would run, then run it: whether both are the same. Gives the commands. */
export async function sameCommands(home: Home, args: readonly string[]): Promise<string[]> {
  const own = args.indexOf("--");
  const at = own < 0 ? args.length : own;
  const dry = await home.run([...args.slice(0, at), "--dry-run", ...args.slice(at)]);
  const real = await home.run([...args.slice(0, at), "--verbose", ...args.slice(at)]);
  expect([dry.code, real.code, dry.code + real.code === 0 ? "" : dry.stderr + real.stderr]).toEqual([0, 0, ""]);
  const traced = real.stderr.split("\n").filter((line) => line.startsWith("claude-bottle: $ "));
  const executed = traced
    .map((line) => plain(line.slice("claude-bottle: $ ".length)))
    .filter((line) => !asks.test(line));
  const printed = dry.stdout.split("\n").filter(Boolean).flatMap((line) => commandsOf(plain(line.replace(/ # (reads|writes) a tar stream .*/, "")))); // prettier-ignore
  expect(printed.filter(Boolean)).toEqual(executed.flatMap(commandsOf).filter(Boolean));
  return printed;
}
