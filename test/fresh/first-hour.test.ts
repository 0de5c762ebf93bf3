// README's first command on a fresh machine, as root and as an ordinary user: to the question for a login, and to Claude's prompt. A minute each.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { FreshMachine, whyNoFresh, type FreshUser } from "../support/fresh.ts";

const whyNot = whyNoFresh();
if (whyNot) console.log(`README's commands on a fresh machine skipped: ${whyNot}`);
const minute = 60_000;
const users: readonly FreshUser[] = ["root", "ann"];
const first = "sh install.sh --from-source --run";

describe.skipIf(whyNot !== undefined).each(users)("README on a fresh machine, as %s", (user) => {
  let machine: FreshMachine;
  beforeAll(async () => {
    machine = await FreshMachine.up(user);
  }, 10 * minute);
  afterAll(() => machine?.[Symbol.asyncDispose](), minute);

  test("without a credential, the first command ends at the question for a login", async () => {
    await using screen = machine.terminal(`${first}; echo "status $?"`);
    await screen.until(/log in there[^?]*\?/, 5 * minute);
    screen.press("n\r");
    await screen.until("status 130");
    expect(screen.text).not.toContain("[y/N]");
  }, 6 * minute);

  test("without a terminal, it says in one line what to do about the login", async () => {
    const { output, code } = await machine.sh(`${first} </dev/null`);
    const lines = output.trimEnd().split("\n");
    expect([lines.at(-2), lines.at(-1)?.trim(), code]).toEqual(["claude-bottle: there is no credential for Claude", "claude-bottle login", 1]);
  }, 6 * minute);

  test("with a credential, it ends at Claude's prompt, and Claude works", async () => {
    const credential = "ANTHROPIC_API_KEY=sk-ant-api03-offline-0123456789-abcdefghij ANTHROPIC_BASE_URL=http://127.0.0.1:8099";
    const api = "/opt/bun /opt/api/stub-api.ts --port 8099 >/dev/null 2>&1 & api=$!; trap 'kill $api' EXIT";
    await using screen = machine.terminal(`${api}; ${credential} ${first}; echo "status $?"`);
    await screen.until(/^❯/m, 5 * minute);
    screen.press("hello there");
    await screen.until(/❯.hello there/, minute);
    screen.press("\r");
    await screen.until("STUB: hello there", minute);
    screen.press("/exit\r");
    await screen.until("status 0", minute);
  }, 8 * minute);
}); // prettier-ignore
