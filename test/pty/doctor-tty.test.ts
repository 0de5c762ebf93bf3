import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { Screen } from "../support/screen.ts";
import { childrenOf, Home, tool, until } from "../support/tool.ts";

setDefaultTimeout(60_000);

const machine = (home: Home) => ({ cwd: home.project, env: { ...home.env, COLORTERM: "truecolor", LANG: "C.UTF-8" } });

type Row = { id: string; what: string; result: string; verdict: string };

/** By a shell that says the terminal's modes before and after, and the status. */
function shellLine(home: Home, words: string): string[] {
  home.program("cb", `exec ${tool.map((word) => `'${word}'`).join(" ")} "$@"`);
  return [
    "sh",
    "-c",
    `a=$(stty -g); cb doctor tty ${words}; code=$?; [ "$(stty -g)" = "$a" ] && echo "same modes, $code"`,
  ];
}

/** A terminal that answers nothing, and what was written to it. */
function muteTerminal(home: Home, words = "") {
  let written = "";
  const child = Bun.spawn(shellLine(home, words), {
    ...machine(home),
    terminal: { cols: 80, rows: 24, data: (_, bytes) => void (written += Buffer.from(bytes).toString()) },
  });
  return { child, text: () => written };
}

test("on a bare terminal, without a bottle", async () => {
  using home = new Home();
  await using screen = new Screen(shellLine(home, ""), { ...machine(home), columns: 100, rows: 30 });
  const text = await screen.until(/same modes, \d/);
  expect(
    text
      .replace(/\| \S+ on linux \S+ +/, "| VERSION ")
      .replace(/after \d+ ms/, "after N ms")
      .split("\n"),
  ).toEqual(
    [
      "| what                                       | here                                  | well |",
      "| ------------------------------------------ | ------------------------------------- | ---- |",
      "| claude-bottle                              | VERSION |      |",
      "| terminal                                   | (does not say)                        |      |",
      "| TERM                                       | xterm-256color                        |      |",
      "| locale                                     | C.UTF-8                               |      |",
      "| the terminal answers questions             | after N ms                            | yes  |",
      "| size: the kernel's and the terminal's own  | 100x30, 100x30                        | yes  |",
      "| columns of é 漢 ─                          | 1 2 1                                 | yes  |",
      "| columns of 👍                              | 1, not 2                              | no   |",
      "| 24-bit colours                             | COLORTERM=truecolor                   | yes  |",
      "| bracketed paste                            | known                                 | yes  |",
      "| focus events                               | known                                 | yes  |",
      "| whole frames at once (synchronized output) | known                                 | yes  |",
      "| alternate screen | known | yes  |",
      "| mouse reports at any column | known | yes  |",
      "| extended keys, as Shift-Enter              | does not say                          | ?    |",
      "| copying by OSC 52                          | does not say                          | ?    |",
      "same modes, 0",
    ].map((line) => expect.stringMatching(new RegExp(`^${line.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/ +/g, " +").replace(/-{3,}/g, "-+")}$`))), // prettier-ignore
  );
  expect(screen.modes).toEqual({ alternate: false, mouse: "none", focus: false, paste: false, cursor: true });
});

test.each([
  ["by itself", {}],
  ["by us", { FAKE_SMOLVM_NO_WINCH: "1" }],
])(
  "the bottle of the directory has this size, and a change gets there %s",
  async (_, extra) => {
    using home = new Home();
    await home.run(["exec", "--", "true"]);
    const { cwd, env } = machine(home);
    const argv = [...tool, "doctor", "tty", "--json"];
    await using screen = new Screen(argv, { cwd, env: { ...env, ...extra }, columns: 97, rows: 31 });
    expect(await screen.process.exited).toBe(0);
    const text = await screen.until(/^}/m);
    const { rows } = JSON.parse(text.replace(/^[^{]*/, "")) as { rows: Row[] };
    expect(rows.filter(({ id }) => id.startsWith("guest"))).toEqual([
      { id: "guest.size", what: "size in the bottle", result: "97x31", verdict: "good" },
      {
        id: "guest.resize",
        what: "a change of size reaches the bottle",
        result: expect.stringMatching(/^after \d+ ms$/),
        verdict: "good",
      },
    ]);
    expect((await home.run(["ls", "--json"])).stdout).toContain('"sessions": []');
  },
  30_000,
);

test("a bottle that is stopped is not started for it", async () => {
  using home = new Home();
  await home.run(["exec", "--", "true"]);
  await home.run(["stop"]);
  await using screen = new Screen([...tool, "doctor", "tty"], { ...machine(home), columns: 100 });
  expect(await screen.process.exited).toBe(0);
  expect(await screen.until("copying by OSC 52")).not.toContain("in the bottle");
  expect(home.machines()).toMatchObject([{ state: "stopped" }]);
});

test("a size that is not the terminal's is wrong", async () => {
  using home = new Home();
  const [shell = "", flag = "", line = ""] = shellLine(home, "");
  const argv = [shell, flag, `stty rows 20 cols 50; ${line}`];
  await using screen = new Screen(argv, { ...machine(home), columns: 130, rows: 30 });
  expect(await screen.until(/same modes, 1/)).toMatch(/\| 50x20, 130x30 +\| \*\*wrong\*\* \|/);
});

test("a terminal that answers nothing is waited for once, and not for each question", async () => {
  using home = new Home();
  const { child, text } = muteTerminal(home);
  await child.exited;
  expect(text()).toMatch(/\| the terminal answers questions +\| no +\| \? +\|\r\nsame modes, 0/);
  child.terminal?.close();
});

test.each([
  ["Ctrl-C", "\x03", 130],
  ["TERM", "SIGTERM", 143],
  ["HUP", "SIGHUP", 129],
] as const)("%s in the middle of it leaves the terminal as it was", async (_, how, code) => {
  using home = new Home();
  const { child, text } = muteTerminal(home);
  await until(() => text().includes("\x1b[c"));
  if (how === "\x03") child.terminal?.write(how);
  else for (const pid of childrenOf(child.pid)) process.kill(pid, how);
  await child.exited;
  expect(text()).toContain("claude-bottle: interrupted");
  expect(text()).toContain(`same modes, ${code}`);
  child.terminal?.close();
});

test("without a terminal it says so in one line", async () => {
  using home = new Home();
  expect(await home.run(["doctor", "tty"])).toEqual({
    stdout: "",
    stderr:
      "claude-bottle: doctor tty tests a terminal, and stdin is not one\n  run it in a terminal: claude-bottle doctor tty\n",
    code: 1,
  });
});

test("what it prints may go into a file", async () => {
  using home = new Home();
  await using screen = new Screen(shellLine(home, `> '${home.directory}/table'`), machine(home));
  await screen.until("same modes, 0");
  expect(await Bun.file(`${home.directory}/table`).text()).toMatch(/^\| what +\| here[^]*\| yes +\|/);
});
