import { expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Screen } from "../support/screen.ts";
import { childrenOf, until } from "../support/tool.ts";
import { Wrapper } from "../support/wrapper.ts";

const slow = 60_000;
/** Says its size at the first moment, and after each signal. */
const watcher = `trap "stty size" WINCH; echo "first $(stty size)."; while :; do sleep 0.02; done`;
const sizes = [[20, 60], [43, 132], [25, 81]] as const; // prettier-ignore
/** All that Claude or any other program may leave switched on. */
const mess = `printf '\\033[?1049h\\033[?1000h\\033[?1002h\\033[?1006h\\033[?1004h\\033[?2004h\\033[?25l'`;
const clean = { alternate: false, mouse: "none", focus: false, paste: false, cursor: true } as const;
/** The terminal's modes and the flags of the open file. */
const state = `{ stty -a; grep flags /proc/self/fdinfo/0; }`;

test(
  "the guest's size follows each change by itself, and one exec verified that",
  async () => {
    await using wrapper = new Wrapper();
    const screen = wrapper.open(watcher);
    await screen.until("first 30 100.");
    for (const [rows, columns] of sizes) {
      screen.resize(columns, rows);
      await screen.until(new RegExp(`^${rows} ${columns}$`, "m"));
      await until(() => wrapper.execsDone === 1);
    }
    screen.process.kill("SIGTERM");
    expect(await screen.process.exited).toBe(143);
    expect(wrapper.execs).toEqual(["settle 20 60", "end"]);
  },
  slow,
);

test.each(["PTY_CLIENT_NO_WINCH", "PTY_CLIENT_NO_SIZE"])(
  "with a client that does not follow (%s), each size is asserted once",
  async (kind) => {
    await using wrapper = new Wrapper();
    const screen = wrapper.open(watcher, { client: { [kind]: "1" } });
    await screen.until("first 30 100.");
    for (const [rows, columns] of sizes) {
      screen.resize(columns, rows);
      await screen.until(new RegExp(`^${rows} ${columns}$`, "m"));
    }
    expect(wrapper.execs).toEqual(sizes.map(([rows, columns]) => `settle ${rows} ${columns}`));
  },
  slow,
);

test.each(["PTY_CLIENT_NO_WINCH", "NATIVE"])(
  "a storm of 200 changes ends right with at most three execs (%s)",
  async (kind) => {
    await using wrapper = new Wrapper();
    const screen = wrapper.open(watcher, { client: { [kind]: "1" } });
    await screen.until("first 30 100.");
    for (let step = 0; step < 200; step += 1) {
      screen.resize(60 + (step % 50), 15 + (step % 20));
      await Bun.sleep(2);
    }
    screen.resize(91, 33);
    await screen.until(/^33 91$/m);
    expect(wrapper.execs.length).toBeLessThanOrEqual(3);
  },
  slow,
);

test(
  "a terminal that changed just before the start is put right",
  async () => {
    await using wrapper = new Wrapper();
    const screen = wrapper.open(watcher, { client: { PTY_CLIENT_NO_SIZE: "1" }, shell: true });
    screen.resize(70, 20);
    screen.press("wrap\r");
    await screen.until(/first 30 100.\n20 70/);
    expect(wrapper.execs).toEqual(["settle 20 70"]);
  },
  slow,
);

test(
  "a terminal of no size is ignored",
  async () => {
    await using wrapper = new Wrapper();
    const screen = wrapper.open(watcher, { client: { PTY_CLIENT_NO_WINCH: "1" } });
    await screen.until("first 30 100.");
    Bun.spawnSync(["stty", "-F", `/proc/${screen.process.pid}/fd/0`, "rows", "0", "cols", "0"]);
    screen.resize(77, 21);
    await screen.until(/^21 77$/m);
    expect(wrapper.execs).toEqual(["settle 21 77"]);
    expect(screen.text).not.toMatch(/^0 0$/m);
  },
  slow,
);

test.each([["exit 0", 0], ["exit 1", 1], ["exit 42", 42], ["exit 130", 130], ["kill -TERM $$", 143], ["kill -KILL $$", 137]] as const)("%s inside is status %p, without an exec", async (script, code) => {
  await using wrapper = new Wrapper();
  const screen = wrapper.open(script);
  expect(await screen.process.exited).toBe(code);
  expect(wrapper.execs).toEqual([]);
}, slow); // prettier-ignore

test(
  "a session that ends well gets the terminal back as it was, and no mode of it reset",
  async () => {
    await using wrapper = new Wrapper();
    const screen = wrapper.open("echo inside", { shell: true });
    screen.press(`${state} >before; wrap >/dev/null; ${state} >after; wrap; cmp before after && echo sa''me\r`);
    await screen.until(/^same$/m);
    expect(screen.raw).not.toContain("\x1b[?1047l");
    expect(readFileSync(`${wrapper.directory}/before`, "utf8")).toContain("flags");
  },
  slow,
);

test.each([
  ["the client is killed", "SIGKILL", 137],
  ["we are told to end", "SIGTERM", 143],
  ["we are hung up", "SIGHUP", 129],
] as const)(
  "when %s, the terminal is as it was and the guest's processes are gone",
  async (_, signal, code) => {
    await using wrapper = new Wrapper();
    const screen = wrapper.open(`trap "" HUP TERM; echo $$ >pid; ${mess}; while :; do sleep 0.05; done`, {
      shell: true,
    });
    screen.press(`${state} >before; wrap; echo "rc=$?"; ${state} >after; cmp before after && echo sa''me\r`);
    await wrapper.file("pid");
    await until(() => screen.modes.alternate && screen.modes.mouse === "drag" && !screen.modes.cursor);
    const ours = await wrapper.pid("wrapper.pid");
    const [target = ours] = signal === "SIGKILL" ? childrenOf(ours) : [];
    process.kill(target, signal);
    await until(() => existsSync(`${wrapper.directory}/after`));
    await screen.until(new RegExp(`rc=${code}\\nsame`));
    expect(screen.modes).toEqual({ ...clean, paste: screen.modes.paste });
    expect(wrapper.execs).toEqual(["end"]);
    await until(
      () => wrapper.left.size === 1,
      () => [...wrapper.left.values()].join("\n"),
    );
  },
  slow,
);

test(
  "a shell that dies in the terminal's foreground does not keep it",
  async () => {
    await using wrapper = new Wrapper();
    const screen = wrapper.openDirect(["bash", "--norc", "--noprofile", "-i"], { shell: true });
    screen.press(`${state} >before; wrap; echo "rc=$?"; ${state} >after; cmp before after && echo sa''me\r`);
    await wrapper.file("wrapper.pid");
    await until(() => existsSync(`${wrapper.directory}/before`));
    screen.press("echo in''side $$ >inner\r");
    process.kill(Number((await wrapper.file("inner")).split(" ")[1]), "SIGKILL");
    await screen.until(/rc=137\nsame/);
  },
  slow,
);

test(
  "a stopped client still ends when we are told to",
  async () => {
    await using wrapper = new Wrapper();
    const screen = wrapper.open("echo ready; while :; do sleep 0.05; done");
    await screen.until("ready");
    for (const pid of childrenOf(screen.process.pid)) process.kill(pid, "SIGSTOP");
    screen.process.kill("SIGTERM");
    expect(await screen.process.exited).toBe(143);
  },
  slow,
);

test(
  "a closed terminal leaves no process",
  async () => {
    await using wrapper = new Wrapper();
    const screen = wrapper.open(`trap "" HUP; echo ready; while :; do sleep 0.05; done`, { shell: true });
    screen.press("wrap\r");
    await screen.until("ready");
    screen.close();
    await wrapper.gone();
    expect(wrapper.execs).toEqual(["end"]);
  },
  slow,
);

test(
  "killed outright, it leaves nothing in the guest",
  async () => {
    await using wrapper = new Wrapper();
    const screen = wrapper.open(`trap "" HUP; echo ready; while :; do sleep 0.05; done`, { shell: true });
    screen.press("wrap\r");
    await screen.until("ready");
    process.kill(await wrapper.pid("wrapper.pid"), "SIGKILL");
    await until(
      () => wrapper.left.size === 1,
      () => [...wrapper.left.values()].join("\n"),
    );
    expect(wrapper.execs).toEqual(["end"]);
  },
  slow,
);

test(
  "Ctrl-C and Ctrl-\\ reach the child alone",
  async () => {
    await using wrapper = new Wrapper();
    const screen = wrapper.openDirect([
      "sh",
      "-c",
      'trap "echo got INT" INT; trap "echo got QUIT; exit 7" QUIT; echo ready; while :; do sleep 0.02; done',
    ]);
    await screen.until("ready");
    screen.press("\x03");
    await screen.until("got INT");
    screen.press("\x1c");
    await screen.until("got QUIT");
    expect(await screen.process.exited).toBe(7);
  },
  slow,
);

test(
  "Ctrl-C is a key for the guest",
  async () => {
    await using wrapper = new Wrapper();
    const screen = wrapper.open('trap "echo got INT; exit 9" INT; echo ready; while :; do sleep 0.02; done');
    await screen.until("ready");
    screen.press("\x03");
    expect(await screen.process.exited).toBe(9);
  },
  slow,
);

test(
  "stopped and continued, it learns the size of the terminal it comes back to",
  async () => {
    await using wrapper = new Wrapper();
    const screen = wrapper.open('trap "stty size" WINCH; echo ready; while :; do sleep 0.02; done', { shell: true });
    screen.press("wrap\r");
    await screen.until("ready");
    process.kill(-(await wrapper.pid("wrapper.pid")), "SIGTSTP");
    await screen.until("Stopped");
    screen.resize(64, 22);
    screen.press("stty size; fg\r");
    await screen.until(/22 64\n(.*\n)*.*wrap\n(.*\n)*22 64/);
  },
  slow,
);

test(
  "with stdout in a file, or stdin from one, all ends well",
  async () => {
    await using wrapper = new Wrapper();
    const screen = wrapper.open("echo in''side; exit 3", { shell: true });
    screen.press(
      `${state} >before; wrap >out; echo "out=$?"; wrap </dev/null; echo "in=$?"; wrap </dev/null >both 2>&1; echo "both=$?"; ${state} >after; cmp before after && echo sa''me\r`,
    );
    await screen.until(/out=3\ninside\n(.*\n)*in=3\nboth=3\nsame/);
    expect([
      readFileSync(`${wrapper.directory}/out`, "utf8"),
      readFileSync(`${wrapper.directory}/both`, "utf8"),
    ]).toEqual(["inside\r\n", "inside\r\n"]);
  },
  slow,
);

test(
  "what is between us stays between us",
  async () => {
    await using wrapper = new Wrapper();
    const screen = wrapper.openDirect(["sh", "-c", "env | grep -E '_CLAUDE|^BUN_'; echo end"]);
    await screen.process.exited;
    await screen.until(/^end$/);
  },
  slow,
);

test.each([["./nothing", 127], ["./plain", 126]] as const)("%s cannot be started: status %p", async (program, code) => {
  await using wrapper = new Wrapper();
  writeFileSync(`${wrapper.directory}/plain`, "");
  const screen = wrapper.openDirect([program]);
  expect(await screen.process.exited).toBe(code);
  await screen.until(`claude-bottle: cannot start "${program}"`);
}, slow); // prettier-ignore

test(
  "an exec that hangs does not outlive the session",
  async () => {
    await using wrapper = new Wrapper();
    const screen = wrapper.open("read line; exit 5");
    writeFileSync(`${wrapper.directory}/hang`, "");
    screen.resize(77, 21);
    await until(() => wrapper.execs.length === 1);
    screen.press("\r");
    expect(await screen.process.exited).toBe(5);
    await wrapper.gone();
  },
  slow,
);

test(
  "without a libc, stty does the same",
  async () => {
    const script = `import { sttyModes, setSttyModes, sttySize } from "${import.meta.dir}/../../src/terminal/stty.ts";
    const modes = sttyModes() ?? ""; Bun.spawnSync(["stty", "raw"], { stdin: "inherit" }); const raw = sttyModes(); setSttyModes(modes);
    console.log(JSON.stringify({ size: sttySize(), changed: raw !== modes, back: sttyModes() === modes }));`;
    await using screen = new Screen([process.execPath, "-e", script], {
      cwd: "/",
      env: { PATH: "/usr/bin:/bin" },
      columns: 90,
      rows: 20,
    });
    await screen.until('{"size":{"rows":20,"columns":90},"changed":true,"back":true}');
  },
  slow,
);
