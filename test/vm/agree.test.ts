// The fake smolvm of test/support says what the real one says: both are asked the same, in the same order.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { emulated, Lab, newest, type Outcome, quote, whyNot } from "./lab.ts";

const reason = whyNot();
if (reason) console.log(`test/vm/agree is skipped: ${reason}`);

const minute = 60_000;
const json = ["--error-format", "json"];
const named = (verb: string, ...more: string[]) => ["machine", verb, ...json, "--name", "agree", ...more];

/** A machine's life, wrong turns included; IMAGE is what it is made from. */
const life: readonly (readonly string[])[] = [
  ["--version"],
  named("status", "--json"),
  named("start"),
  named("exec", "--", "true"),
  named("stop"),
  named("create", "--cpus", "1", "--mem", "1024", "--image", "IMAGE", "--label", "a=b c", "--label", "d="),
  named("create", "--cpus", "1", "--mem", "1024", "--image", "IMAGE"),
  named("stop"),
  named("exec", "--user", "1000:1000", "--", "true"),
  named("start"),
  named("start"),
  named("exec", "-i", "--user", "1000:1000", "-w", "/", "-e", "A=b c", "--", "sh", "-c", 'echo "$A"; echo oops >&2; exit 7'),
  named("exec", "-i", "--user", "1000:1000", "-w", "/", "--", "sh", "-c", "kill -TERM $$"),
  named("egress-events", "--json"),
  named("stop"),
  named("stop"),
  ["pack", "create", ...json, "--from-vm", "nobody", "-o", "/tmp/agree"],
  ["pack", "prune", ...json, "--all"],
  named("delete", "-f"),
  named("delete", "-f"),
  ["machine", "create", ...json, "--name", "agree", "--cpus", "1", "--mem", "1024", "--from", "/nothing.smolmachine"],
]; // prettier-ignore

/** What we go by: the status, what a command of the guest printed, and the error in smolvm's own JSON. */
function heard(words: readonly string[], { stdout, stderr, code }: Outcome) {
  const error = stderr.split("\n").find((line) => line.startsWith('{"error"'));
  const isExec = words[1] === "exec";
  const said = stdout.replace(/PID: \d+/g, "PID: N").split("\n").filter((line) => isExec || /PID|is not running|^(Created|Deleted|Stopped) machine|^\[\]|^smolvm /.test(line)); // prettier-ignore
  return { words: words.slice(0, 2), code, said, error: error && JSON.parse(error).error, stderr: isExec && !error ? stderr : "" };
} // prettier-ignore

afterAll(async () => {
  if (!reason) await Lab.down();
}, minute);

describe.skipIf(reason !== undefined)(`smolvm ${newest}`, () => {
  let lab: Lab;
  const state = mkdtempSync(`${tmpdir()}/agree-`);
  beforeAll(async () => void (lab = await Lab.up(newest, "agree")), 20 * minute);
  afterAll(async () => {
    await lab?.clear();
    rmSync(state, { recursive: true });
  }, 3 * minute);

  test(
    "the real one and the fake one",
    async () => {
      const fake = (words: readonly string[]): Outcome => {
        const { stdout, stderr, exitCode } = Bun.spawnSync([process.execPath, `${import.meta.dir}/../support/fake-smolvm.ts`, ...words], { env: { PATH: process.env.PATH ?? "", FAKE_SMOLVM_STATE: state } }); // prettier-ignore
        return { stdout: stdout.toString(), stderr: stderr.toString(), code: exitCode };
      };
      await lab.sh("smolvm machine stop --name agree; smolvm machine delete -f --name agree");
      const real: unknown[] = [];
      const copied: unknown[] = [];
      for (const step of life) {
        const words = step.map((word) => word.replace("IMAGE", lab.image));
        real.push(heard(words, await lab.sh(`smolvm ${words.map(quote).join(" ")}`)));
        copied.push(heard(words, fake(words)));
      }
      expect(copied).toEqual(real);
    },
    emulated,
  );
});
