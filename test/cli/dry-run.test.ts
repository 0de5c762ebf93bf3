// --dry-run prints what the real run executes. What only asks is left out of both.
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { sameCommands } from "../support/dry-run.ts";
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
      expect((await sameCommands(home, exec)).length).toBeGreaterThan(5);
      expect((await sameCommands(home, exec)).length).toBe(1);
      await trust(home, manifest(backend) + withFile);
      await sameCommands(home, exec);
      await sameCommands(home, ["cp", "notes.txt", ":/tmp/notes.txt"]);
      await sameCommands(home, ["stop"]);
      await sameCommands(home, exec);
      await sameCommands(home, ["run", "--agent", "plain", "--fresh"]);
      await sameCommands(home, ["stop"]);
      await sameCommands(home, ["rm", "--keep-claude"]);
      await sameCommands(home, exec);
      await sameCommands(home, ["rm", "--force"]);
    },
    120_000,
  );
});
