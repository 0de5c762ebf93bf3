import { expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { findProcesses } from "../../src/system/process.ts";
import { Screen } from "../support/screen.ts";
import { Home, isRunning, tool, until } from "../support/tool.ts";

/** A shell on a terminal, in the project, that knows the program as `cb`. */
function terminal(home: Home, env: Record<string, string> = {}, size = { columns: 100, rows: 30 }): Screen {
  home.program("cb", `exec ${tool.map((word) => `'${word}'`).join(" ")} "$@"`);
  return new Screen(["bash", "--norc", "-i"], { cwd: home.project, env: { ...home.env, PS1: "$ ", ...env }, ...size });
}

/** Prints the size each second change, on one line of its own. */
const watcher = `sh -c 'trap "stty size" WINCH; echo "ready $(stty size)"; while :; do sleep 0.02; done'`;
const settles = (home: Home) => home.calls().filter((call) => call.includes("settle")).length;
const pidIn = (file: string) =>
  until(
    () => existsSync(file) && Number(readFileSync(file, "utf8")),
    () => file,
  );

test("the first size is right, each later one arrives, and one exec looks after it once", async () => {
  using home = new Home();
  await using screen = terminal(home);
  screen.press(`cb shell -- ${watcher}\r`);
  await screen.until("ready 30 100");
  for (const [columns, rows] of [
    [60, 20],
    [132, 43],
    [81, 25],
  ] as const) {
    screen.resize(columns, rows);
    await screen.until(new RegExp(`^${rows} ${columns}$`, "m"));
    await until(
      () => settles(home) === 1,
      () => `${settles(home)} settle calls`,
    );
  }
}, 60_000);

test("a client that does not follow its terminal is helped after each change, and a storm of 200 costs three execs at most", async () => {
  using home = new Home();
  await using screen = terminal(home, { FAKE_SMOLVM_NO_WINCH: "1" });
  screen.press(`cb shell -- ${watcher}\r`);
  await screen.until("ready 30 100");
  screen.resize(60, 20);
  await screen.until(/^20 60$/m);
  const before = settles(home);
  for (let step = 0; step < 200; step += 1) {
    screen.resize(60 + (step % 50), 15 + (step % 20));
    await Bun.sleep(1);
  }
  screen.resize(91, 33);
  await screen.until(/^33 91$/m);
  expect(settles(home) - before).toBeLessThanOrEqual(3);
}, 60_000);

test("a terminal that changed while the session came up is noticed", async () => {
  using home = new Home();
  const go = `${home.directory}/go`;
  await using screen = terminal(home, { FAKE_SMOLVM_NO_WINCH: "1", FAKE_SMOLVM_DELAY_start: go });
  screen.press(`cb shell -- sh -c 'while :; do echo "inside $(stty size)."; sleep 0.1; done'\r`);
  await until(() => home.verbs().includes("start"));
  screen.resize(71, 22);
  writeFileSync(go, "");
  await screen.until("inside 22 71.");
}, 60_000);

test("a terminal of 0x0 is not passed on", async () => {
  using home = new Home();
  await using screen = terminal(home, { FAKE_SMOLVM_NO_WINCH: "1" });
  screen.press("tty > tty\r");
  const device = await until(
    () => existsSync(`${home.project}/tty`) && readFileSync(`${home.project}/tty`, "utf8").trim(),
  );
  screen.press(`cb shell -- ${watcher}\r`);
  await screen.until("ready 30 100");
  Bun.spawnSync(["stty", "-F", device, "rows", "0", "cols", "0"]);
  screen.resize(77, 21);
  await screen.until(/^21 77$/m);
  expect(screen.text).not.toContain("0 0");
}, 60_000);

test.each([0, 1, 42, 127, 130, 137, 143])(
  "a session's exit status %p is the program's",
  async (code) => {
    using home = new Home();
    await using screen = terminal(home);
    screen.press(`cb shell -- sh -c 'exit ${code}'; echo "rc=$?"\r`);
    await screen.until(`rc=${code}`);
  },
  30_000,
);

test.each([
  ["ends well", "sh -c 'exit 0'", 0],
  ["leaves the terminal raw", "sh -c 'stty raw -echo; exit 3'", 3],
  ["dies of a signal", "sh -c 'stty raw -echo; printf \"\\033[?1049h\\033[?1000h\\033[?25l\"; kill -9 $$'", 137],
])(
  "a program that %s leaves the terminal as it was",
  async (_, command, code) => {
    using home = new Home();
    await using screen = terminal(home);
    screen.press(
      `stty -a > before; cb pty-resize b -- ${command}; echo "rc=$?"; stty -a > after; cmp before after && echo same\r`,
    );
    await screen.until(`rc=${code}\nsame`);
    if (code === 0) expect(screen.raw).not.toContain("\x1b[?1047l");
    if (code === 137) expect(screen.raw).toMatch(/\x1b\[\?1047l.*\x1b\[\?1000l.*\x1b\[\?25h/s);
  },
  30_000,
);

test("a killed client of the backend leaves neither a raw terminal nor a process in the guest", async () => {
  using home = new Home();
  await using screen = terminal(home);
  screen.press(
    `stty -a > before; cb shell -- sh -c 'echo $$ > ${home.directory}/pid; trap "" HUP; while :; do sleep 0.05; done'; echo "rc=$?"; stty -a > after; cmp before after && echo same\r`,
  );
  const pid = await pidIn(`${home.directory}/pid`);
  const children = findProcesses((argv) => /fake-smolvm\.ts machine exec.*-t/.test(argv.join(" ")));
  const ours = children
    .map(({ pid }) => pid)
    .filter((child) => readFileSync(`/proc/${child}/environ`, "utf8").includes(home.directory));
  for (const child of ours) process.kill(child, "SIGKILL");
  await screen.until("rc=137\nsame");
  expect(isRunning(pid)).toBe(false);
}, 60_000);

test("O_NONBLOCK does not stay on the shared terminal", async () => {
  using home = new Home();
  await using screen = terminal(home);
  const set = `perl -MFcntl -e 'fcntl(STDIN, F_SETFL, fcntl(STDIN, F_GETFL, 0) | O_NONBLOCK)'`;
  const show = `perl -MFcntl -e 'print fcntl(STDIN, F_GETFL, 0) & O_NONBLOCK ? "non" : "", "blocking\\n"'`;
  screen.press(`cb pty-resize b -- ${set}; ${show}; echo done\r`);
  await screen.until(/^blocking\ndone$/m);
}, 30_000);

test.each(["SIGTERM", "SIGHUP"] as const)(
  "%s to the program ends the session, in the guest as well",
  async (signal) => {
    using home = new Home();
    await using screen = terminal(home);
    screen.press(
      `cb shell -- sh -c 'echo $$ > ${home.directory}/pid; trap "" HUP TERM; while :; do sleep 0.05; done'; echo "rc=$?"\r`,
    );
    const pid = await pidIn(`${home.directory}/pid`);
    const [session] = JSON.parse((await home.run(["ls", "--json"])).stdout)[0].sessions;
    process.kill(session.process.pid, signal);
    await screen.until(`rc=${signal === "SIGTERM" ? 143 : 129}`, 30_000);
    expect(isRunning(pid)).toBe(false);
    expect(JSON.parse((await home.run(["ls", "--json"])).stdout)[0].sessions).toEqual([]);
  },
  60_000,
);

test.each(["the terminal is closed", "the program is killed outright"])(
  "when %s, nothing of the session stays",
  async (how) => {
    using home = new Home();
    await using screen = terminal(home);
    screen.press(`cb shell -- sh -c 'echo $$ > ${home.directory}/pid; trap "" HUP; while :; do sleep 0.05; done'\r`);
    const pid = await pidIn(`${home.directory}/pid`);
    const [session] = JSON.parse((await home.run(["ls", "--json"])).stdout)[0].sessions;
    if (how === "the terminal is closed") screen.close();
    else process.kill(session.process.pid, "SIGKILL");
    await until(
      () => !isRunning(pid),
      () => `process ${pid}`,
      40_000,
    );
    await until(() => !isRunning(session.process.pid));
    expect(JSON.parse((await home.run(["ls", "--json"])).stdout)[0].sessions).toEqual([]);
  },
  60_000,
);

test("Ctrl-C and Ctrl-\\ are the session's", async () => {
  using home = new Home();
  await using screen = terminal(home);
  screen.press(
    `cb shell -- sh -c 'trap "echo got INT" INT; trap "echo got QUIT" QUIT; echo ready; while :; do sleep 0.05; done'; echo "rc=$?"\r`,
  );
  await screen.until(/^ready$/m);
  screen.press("\x03");
  await screen.until(/^\^?C?got INT$/m);
  screen.press("\x1c");
  await screen.until(/got QUIT$/m);
  expect(screen.text).not.toMatch(/^rc=/m);
}, 30_000);

test("what a person types goes to the program, and our private variable does not", async () => {
  using home = new Home();
  await using screen = terminal(home);
  screen.press(`cb shell -- sh -c 'read line; echo "got $line"; env | grep -c _CLAUDE_BOTTLE; tty'\r`);
  await until(() => home.calls().some((call) => call.includes("-t")));
  screen.press("it's é\r");
  await screen.until(/got it's é\n0\n\/dev\/pts\/\d+/);
}, 30_000);

test("with stdout in a file there is no terminal, and the output is whole", async () => {
  using home = new Home();
  await using screen = terminal(home);
  screen.press(`cb shell -- sh -c '[ -t 1 ] || echo out' > out; echo "rc=$?"\r`);
  await screen.until("rc=0");
  expect(readFileSync(`${home.project}/out`, "utf8")).toBe("out\n");
}, 30_000);

test.each(["status", "create", "start", "exec"])(
  "Ctrl-C in the step %s of a launch ends in 130 and leaves nothing",
  async (verb) => {
    using home = new Home();
    await using screen = terminal(home, { [`FAKE_SMOLVM_DELAY_${verb}`]: `${home.directory}/never` });
    screen.press(`cb run --login-inside; echo "rc=$?"\r`);
    await until(() => home.verbs().includes(verb));
    screen.press("\x03");
    await screen.until(/claude-bottle: interrupted\nrc=130/);
    expect(home.machines()).toEqual([]);
  },
  30_000,
);

test.each(["ls", "stop"])(
  "Ctrl-C while %s waits for the backend ends in 130",
  async (verb) => {
    using home = new Home();
    await home.run(["exec", "--", "true"]);
    await using screen = terminal(home, { [`FAKE_SMOLVM_DELAY_${verb}`]: `${home.directory}/never` });
    screen.press(`cb ${verb}; echo "rc=$?"\r`);
    await until(() => home.verbs().includes(verb));
    screen.press("\x03");
    await screen.until(/claude-bottle: interrupted\nrc=130/);
    expect(home.machines()).toMatchObject([{ state: "running" }]);
  },
  30_000,
);
