import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import type { Secret } from "../manifest/schema.ts";
import { realSystem } from "../system/real.ts";
import { secretsOf } from "./secrets.ts";

let directory: string;
beforeEach(() => void (directory = realpathSync(mkdtempSync(`${tmpdir()}/secrets-`))));
afterEach(() => rmSync(directory, { recursive: true }));

const system = () => realSystem({ PATH: `${directory}:/usr/bin:/bin`, OUTER: "from env" });
const valueOf = async (secret: Partial<Secret>, file?: string) =>
  (await secretsOf(system(), { X: secret as Secret }, new Map(file ? [["X", file]] : []), undefined, new Map())(["X"]))
    .X;
function program(script: string): string[] {
  writeFileSync(`${directory}/vault`, `#!/bin/sh\n${script}\n`);
  chmodSync(`${directory}/vault`, 0o755);
  return ["vault", "read"];
}

test("a value comes from a variable, a file or a command, without its last newline", async () => {
  writeFileSync(`${directory}/key`, "from file\n");
  expect([
    await valueOf({ env: "OUTER" }),
    await valueOf({ file: "key" }, `${directory}/key`),
    await valueOf({ command: program('printf "from %s in %s\\n" "$1" "$PWD"') }),
  ]).toEqual(["from env", "from file", "from read in /"]);
});

test("nothing is asked for that is not named", async () => {
  const secrets = secretsOf(
    system(),
    { X: { command: program(`touch ${directory}/mark`) } as Secret },
    new Map(),
    undefined,
    new Map(),
  );
  expect(await secrets(["ANTHROPIC_API_KEY"])).toEqual({});
  expect(await Bun.file(`${directory}/mark`).exists()).toBe(false);
});

test.each<[string, Partial<Secret> | string, string]>([
  ["a variable that is not set", { env: "NOWHERE" }, 'secret "X": the variable "NOWHERE" is not set'],
  [
    "a command that fails",
    "echo 'vault is locked' >&2; exit 3",
    'secret "X": "vault" failed with status 3: vault is locked',
  ],
  ["a command that fails silently", "exit 1", 'secret "X": "vault" failed with status 1'],
  [
    "a command that prints two lines",
    "echo s3cret; echo s3cret",
    'secret "X": "vault" printed 2 lines, and a secret is one',
  ],
  ["a command that prints nothing", "echo", 'secret "X": "vault" printed nothing'],
  ["a command that is killed", "kill -TERM $$", 'secret "X": "vault" was ended by SIGTERM'],
  ["a command that is not there", { command: ["no-such-vault"] }, 'secret "X": "no-such-vault" was not found'],
])("%s is said, without the value", async (_, secret, message) => {
  const asked = typeof secret === "string" ? { command: program(secret) } : secret;
  await expect(valueOf(asked)).rejects.toThrow(new Error(message));
});

test("a file that was exchanged for a link after it was judged is not read", async () => {
  writeFileSync(`${directory}/private`, "s3cret");
  symlinkSync("private", `${directory}/key`);
  await expect(valueOf({ file: "key" }, `${directory}/key`)).rejects.toThrow(
    `cannot read "${directory}/key": it is no longer a regular file`,
  );
  symlinkSync(directory, `${directory}/way`);
  await expect(valueOf({ file: "key" }, `${directory}/way/private`)).rejects.toThrow("cannot open the directory");
});
