// --dry-run prints what the real run executes. What only asks is left out of both.
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { Home } from "../support/tool.ts";

const manifest = (backend: string) => `[bottle]
backend = "${backend}"
${backend === "smolvm" ? 'image = "/images/claude"\n' : ""}keep-claude = true
[network]
mode = "open"
[agents.plain]
command = "true"
[hooks]
before-start = ["sh", "-c", "echo 'before | start'"]
after-stop = ["true", "after stop"]
[[provision.commands]]
run = "touch provisioned | cat"
[[provision.commands]]
run = "true every start"
when = "start"
`;
const withFile = `[[provision.files]]
source = "./notes.txt"
target = "~/notes.txt"
`;

/** The commands of a line, of a pipe the reader first: it is started first. */
function commandsOf(line: string): string[] {
  const parts: string[][] = [[]];
  for (const [token] of line.matchAll(/(?:\$'(?:[^'\\]|\\.)*'|[^\s'|\\]|'[^']*'|\\.)+|\|/g))
    if (token === "|") parts.push([]);
    else parts.at(-1)?.push(token);
  return parts.map((words) => words.join(" ")).reverse();
}
const plain = (line: string) => line.replaceAll(/\b[0-9a-f]{16}\b/g, "SESSION").replaceAll(/kill -KILL .*/g, "");

const asks =
  /^\S*(smolvm (--version|machine (status|ls)\b)|smolvm machine exec .*-print0|git |bwrap --version|bwrap --unshare-user --unshare-pid --unshare-net --cap-drop)/;

/** Prints, then does. */
async function compare(home: Home, args: readonly string[]): Promise<string[]> {
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

async function trust(home: Home, text: string): Promise<void> {
  home.manifest(text);
  const { hash } = JSON.parse((await home.run(["trust", "--json"])).stdout);
  await home.run(["trust", "--accept", hash]);
}

const backends = [
  ["smolvm, as our stand-in has it", "smolvm", undefined],
  ["bubblewrap", "bubblewrap", Bun.which("bwrap") ? undefined : "bubblewrap is not installed"],
] as const;

describe.each(backends)("%s", (_, backend, missing) => {
  test.skipIf(missing !== undefined)(
    "the commands of a bottle's whole life are the ones that --dry-run printed",
    async () => {
      using home = new Home();
      writeFileSync(`${home.project}/notes.txt`, "one");
      await trust(home, manifest(backend));
      const exec = ["exec", "--", "sh", "-c", "mkdir -p ~/.claude && echo 'a | b' >~/.claude/kept"];
      expect((await compare(home, exec)).length).toBeGreaterThan(5);
      expect((await compare(home, exec)).length).toBe(1);
      await trust(home, manifest(backend) + withFile);
      await compare(home, exec);
      await compare(home, ["cp", "notes.txt", ":/tmp/notes.txt"]);
      await compare(home, ["stop"]);
      await compare(home, exec);
      await compare(home, ["run", "--agent", "plain", "--fresh"]);
      await compare(home, ["stop"]);
      await compare(home, ["rm", "--keep-claude"]);
      await compare(home, exec);
      await compare(home, ["rm", "--force"]);
    },
    120_000,
  );
});
