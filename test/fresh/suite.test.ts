// README's second command on a fresh machine with bubblewrap and tmux, as root and as an ordinary user; without what no container changes.
import { describe, expect, test } from "bun:test";
import { FreshMachine, whyNoFresh, type FreshUser } from "../support/fresh.ts";

const whyNot = whyNoFresh();
if (whyNot) console.log(`the test suite on a fresh machine skipped: ${whyNot}`);
const minute = 60_000;
const users: readonly FreshUser[] = ["root", "ann"];

describe.skipIf(whyNot !== undefined)("npm test on a fresh machine", () => {
  test.each(users)("as %s", async (user) => {
    await using machine = await FreshMachine.up(user, "furnished");
    const { output, code } = await machine.sh("CLAUDE_BOTTLE_TESTS=container npm test");
    const failures = output.split("\n").filter((line) => line.startsWith("(fail)"));
    if (code !== 0) console.log(output);
    expect([failures, output.trimEnd().split("\n").at(-1), code]).toEqual([[], expect.stringMatching(/^\d+ passed, 0 failed, \d+ skipped$/), 0]);
  }, 20 * minute);
}); // prettier-ignore
