import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { guestControlArgv } from "./control.ts";
import { preludeArgv } from "./guest.ts";

const onLinux = process.platform === "linux";
const busybox = Bun.which("busybox");
/** A guest's sh may be any of these; with busybox all its tools are busybox's, too. */
const shells = ["/bin/sh", Bun.which("dash"), Bun.which("bash"), busybox].filter((shell) => shell !== null);

let directory: string;
let session: string;
beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/guest-`);
  session = Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString("hex");
});
afterEach(() => {
  rmSync(directory, { recursive: true });
  rmSync(`/tmp/.claude-bottle-${session}`, { force: true });
});

function path(shell: string): string {
  if (shell !== busybox) return "/usr/local/bin:/usr/bin:/bin";
  mkdirSync(`${directory}/busybox`, { recursive: true });
  for (const applet of [
    "cat",
    "env",
    "grep",
    "kill",
    "mkdir",
    "mv",
    "printf",
    "pwd",
    "rm",
    "sh",
    "sleep",
    "stty",
    "tr",
    "true",
    "tty",
  ]) {
    if (!existsSync(`${directory}/busybox/${applet}`)) symlinkSync(shell, `${directory}/busybox/${applet}`);
  }
  return `${directory}/busybox`;
}

/** The same argv under another shell. */
const under = (shell: string, argv: string[]) =>
  argv.flatMap((word) => (word !== "/bin/sh" ? [word] : shell === busybox ? [shell, "sh"] : [shell]));
const size = { rows: 30, columns: 100 };

async function run(
  shell: string,
  command: readonly string[],
  { directory: start = directory, env = {} }: { directory?: string; env?: Record<string, string> } = {},
) {
  const child = Bun.spawn(
    under(shell, preludeArgv({ session, size: undefined, directory: start, secrets: [], command })),
    {
      env: { PATH: path(shell), ...env },
      stdout: "pipe",
      stderr: "pipe",
    },
  );
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { stdout, stderr: stderr.replaceAll(directory, "~"), code };
}

async function control(shell: string, argv: string[]): Promise<string> {
  const child = Bun.spawn(under(shell, argv), {
    env: { PATH: path(shell) },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
    detached: true,
  });
  const text = await new Response(child.stdout).text();
  expect(await child.exited).toBe(0);
  return text.trim();
}

/** A session on a terminal, with what it has printed. */
function onTerminal(shell: string, script: string, terminal = { rows: 24, cols: 80 }) {
  const seen = { text: "" };
  const argv = under(shell, preludeArgv({ session, size, directory, secrets: [], command: ["sh", "-c", script] }));
  const child = Bun.spawn(argv, {
    env: { PATH: path(shell), CLAUDE_BOTTLE_SESSION: session, FOLDER: directory },
    terminal: { ...terminal, data: (_, bytes) => void (seen.text += Buffer.from(bytes).toString()) },
  });
  const shows = async (what: string) => {
    for (const end = Date.now() + 15_000; !seen.text.includes(what); await Bun.sleep(15))
      if (Date.now() > end) throw new Error(`never said ${what}: ${seen.text}`);
  };
  return {
    child,
    seen,
    shows,
    [Symbol.asyncDispose]: async () => (child.kill("SIGKILL"), void (await child.exited), child.terminal?.close()),
  };
}

const isAlive = (pid: number) =>
  existsSync(`/proc/${pid}/stat`) && !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");

describe.each(shells)("the prelude under %s", (shell) => {
  test.each([
    [
      "a program that is not there",
      ["nothing-here"],
      127,
      "claude-bottle: the program 'nothing-here' was not found in the bottle\n",
    ],
    [
      "a path that is not there",
      ["/no/where"],
      127,
      "claude-bottle: the program '/no/where' was not found in the bottle\n",
    ],
    ["a shell's own word", ["cd"], 127, "claude-bottle: the program 'cd' was not found in the bottle\n"],
    ["an empty name", [""], 127, "claude-bottle: the program '' was not found in the bottle\n"],
    [
      "an option in place of a program",
      ["-c", "echo"],
      127,
      "claude-bottle: the program '-c' was not found in the bottle\n",
    ],
    ["a directory", ["/usr"], 126, "claude-bottle: the program '/usr' is not runnable in the bottle\n"],
    ["a plain file", ["./plain"], 126, "claude-bottle: the program './plain' is not runnable in the bottle\n"],
    ["a plain file on the PATH", ["plain"], 126, "claude-bottle: the program 'plain' is not runnable in the bottle\n"],
    [
      "a name with a quote and a newline",
      ["it's\n$(id)"],
      127,
      "claude-bottle: the program 'it's\n$(id)' was not found in the bottle\n",
    ],
  ] as const)("%s", async (_, command, code, stderr) => {
    writeFileSync(`${directory}/plain`, "");
    chmodSync(`${directory}/plain`, 0o644);
    expect(await run(shell, command, { env: { PATH: `${directory}/nowhere:${directory}:${path(shell)}` } })).toEqual({
      stdout: "",
      stderr,
      code,
    });
  });

  test("a directory that cannot be entered is said", async () => {
    expect(await run(shell, ["pwd"], { directory: `${directory}/gone` })).toEqual({
      stdout: "",
      stderr: "claude-bottle: the directory '~/gone' cannot be entered in the bottle\n",
      code: 126,
    });
  });

  test.each(["a b", "-n", "it's", '"', "$(id)", "*", "é", "a\nb", "%s", "\\n", ";", "#{x}", " "])(
    "goes to a directory named %p",
    async (name) => {
      mkdirSync(`${directory}/${name}`);
      writeFileSync(`${directory}/${name}/here`, "yes");
      expect(await run(shell, ["cat", "here"], { directory: `${directory}/${name}` })).toEqual({
        stdout: "yes",
        stderr: "",
        code: 0,
      });
    },
  );

  test("gives the program its words and its environment as they are", async () => {
    const words = [
      "",
      " ",
      "a b",
      "'",
      '"',
      "$HOME",
      "`id`",
      "$(id)",
      "\\",
      "*",
      "-n",
      "--",
      "\n",
      "é",
      "%s",
      "a;b",
      "\t",
      "~",
    ];
    const env = {
      session: "s",
      size: "z",
      tty: "t",
      rows: "r",
      columns: "c",
      directory: "d",
      program: "p",
      file: "i",
      status: "u",
      stat: "v",
      IFS: "a",
      exists: "0",
    };
    expect(await run(shell, ["printf", "%s\\0", ...words], { env })).toEqual({
      stdout: words.map((word) => `${word}\0`).join(""),
      stderr: "",
      code: 0,
    });
    const { stdout } = await run(shell, ["env"], { env });
    const { IFS: _, ...others } = env;
    for (const [name, value] of Object.entries(others)) expect(stdout.split("\n")).toContain(`${name}=${value}`);
  });

  test("the exit status is the program's, and a script without a first line still runs", async () => {
    writeFileSync(`${directory}/script`, "exit 42\n");
    chmodSync(`${directory}/script`, 0o755);
    expect(await run(shell, [`${directory}/script`])).toEqual({ stdout: "", stderr: "", code: 42 });
  });

  test.skipIf(!onLinux)("a terminal without a size gets ours, one with a size keeps it", async () => {
    for (const [rows, cols, shown] of [
      [24, 80, "size 30 100."],
      [50, 90, "size 50 90."],
    ] as const) {
      await using terminal = onTerminal(shell, 'echo "size $(stty size)."', { rows, cols });
      await terminal.shows(shown);
    }
  });

  test.skipIf(!onLinux)("the note is for the user alone", async () => {
    await run(shell, ["pwd"]);
    expect(readFileSync(`/tmp/.claude-bottle-${session}`, "utf8")).toMatch(/^\d+\n-\n\d+\n\d+ 0\n$/);
    expect(Bun.spawnSync(["stat", "-c", "%a", `/tmp/.claude-bottle-${session}`]).stdout.toString()).toBe("600\n");
  });
});

describe.skipIf(!onLinux).each(shells)("control under %s", (shell) => {
  const settle = (rows: number, columns: number, tenths: number) =>
    control(shell, [...guestControlArgv([]), "settle", session, String(rows), String(columns), String(tenths)]);

  test("settle tells a size that came by itself from one that it had to set", async () => {
    await using terminal = onTerminal(shell, 'trap "stty size" WINCH; echo ready; while :; do sleep 0.05; done');
    await terminal.shows("ready");
    expect(await settle(30, 100, 0)).toBe("native");
    expect(await settle(41, 99, 0)).toBe("asserted");
    await terminal.shows("41 99");
    const later = settle(50, 60, 50);
    terminal.child.terminal?.resize(60, 50);
    expect(await later).toBe("native");
  });

  test("settle says gone of a session that is not there, has no terminal, or has ended", async () => {
    expect(await settle(30, 100, 0)).toBe("gone");
    await run(shell, ["pwd"]);
    expect(await settle(30, 100, 0)).toBe("gone");
    writeFileSync(`/tmp/.claude-bottle-${session}`, `$(touch ${directory}/x)\n/dev/null; touch ${directory}/x\n*\n`);
    expect(await settle(30, 100, 0)).toBe("gone");
    expect(await control(shell, [...guestControlArgv([]), "end", session])).toBe("ended");
    expect(existsSync(`${directory}/x`)).toBe(false);
  });

  test("end leaves no process: not one that ignores HUP, not one that has left the terminal, not one that is stopped", async () => {
    const script = `trap "" HUP TERM; sleep 1000 & echo $! >a; setsid sleep 1001 & setsid sh -c 'echo $$ >b; trap "" HUP; exec sleep 1002' & env -u CLAUDE_BOTTLE_SESSION sh -c 'echo $$ >c; kill -STOP $$' & echo $$ >d; while ! [ -s a ] || ! [ -s b ] || ! [ -s c ]; do sleep 0.05; done; echo ready; while :; do sleep 1; done`;
    const { PATH } = process.env;
    await using terminal = onTerminal(shell, `PATH=$PATH:${PATH}; ${script}`);
    await terminal.shows("ready");
    const pids = ["a", "b", "c", "d"].map((name) => Number(readFileSync(`${directory}/${name}`, "utf8")));
    expect(pids.map(isAlive)).toEqual([true, true, true, true]);
    expect(await control(shell, [...guestControlArgv([]), "end", session])).toBe("ended");
    expect(pids.map(isAlive)).toEqual([false, false, false, false]);
    expect(existsSync(`/tmp/.claude-bottle-${session}`)).toBe(false);
  }, 30_000);

  test("end spares whoever has the leader's number by now, and finds the session without its note", async () => {
    const stranger = Bun.spawn(["sleep", "1000"], { detached: true });
    const own = Bun.spawn(["sleep", "1000"], {
      detached: true,
      env: { PATH: "/usr/bin:/bin", CLAUDE_BOTTLE_SESSION: session },
    });
    // A process shows its environment a moment after it has been started.
    while (!readFileSync(`/proc/${own.pid}/environ`, "utf8").includes(session)) await Bun.sleep(5);
    writeFileSync(`/tmp/.claude-bottle-${session}`, `${stranger.pid}\n-\n12345\n`);
    expect(await control(shell, [...guestControlArgv([]), "end", session])).toBe("ended");
    await own.exited;
    expect([stranger.signalCode, own.signalCode]).toEqual([null, "SIGHUP"]);
    stranger.kill("SIGKILL");
    await stranger.exited;
  }, 30_000);

  test("end spares Claude Code's daemon, its background sessions and what those start, which have the session's mark", async () => {
    const mark = { PATH: "/usr/bin:/bin", CLAUDE_BOTTLE_SESSION: session };
    const start = (words: string[], env: Record<string, string> = {}) =>
      Bun.spawn(["/bin/sh", "-c", "read -r _", ...words], { detached: true, stdin: "pipe", env: { ...mark, ...env } });
    const spared = [
      start(["claude", "daemon", "run", "--origin", "transient"]),
      start([], { CLAUDE_CODE_SESSION_KIND: "bg" }),
      start([], { CLAUDE_JOB_DIR: "/home/ann/.claude/jobs/92a59e15" }),
    ];
    const ended = start(["daemon"], { CLAUDE_CODE_SESSION_KIND: "bgx" });
    try {
      for (const { pid } of [...spared, ended])
        while (!readFileSync(`/proc/${pid}/environ`, "utf8").includes(session)) await Bun.sleep(5);
      expect(await control(shell, [...guestControlArgv([]), "end", session])).toBe("ended");
      await ended.exited;
      expect(spared.map(({ pid }) => isAlive(pid))).toEqual([true, true, true]);
    } finally {
      for (const child of spared) child.kill("SIGKILL");
      await Promise.all(spared.map(({ exited }) => exited));
    }
  }, 30_000);
});

test.each(shells)("%s: a secret comes under a name of ours and gets its own, whatever is in it", async (shell) => {
  const values = { PLAIN: "a b", ODD: "$(id) `id` \"'\\\n*", LD_NOTHING: "", UNSENT: undefined };
  const env = Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[`CLAUDE_BOTTLE_SECRET_${name}`, value]],
    ),
  );
  const script = 'printf "%s|" "$PLAIN" "$ODD" "${LD_NOTHING-unset}" "$UNSENT"; env | grep -c CLAUDE_BOTTLE_SECRET_';
  const argv = preludeArgv({ session, size: undefined, directory, secrets: Object.keys(values), command: ["sh", "-c", script] }); // prettier-ignore
  const child = Bun.spawn(under(shell, argv), { env: { PATH: path(shell), UNSENT: "own", ...env }, stdout: "pipe" });
  expect(await new Response(child.stdout).text()).toBe(`${values.PLAIN}|${values.ODD}||own|0\n`);
});

test.each(shells)(
  "%s: a background session's credential is kept, and every later session's takes its place",
  async (shell) => {
    const kept = `${directory}/kept-${shell.replaceAll(/\W/g, "")}`;
    const run = async (env: Record<string, string>, command: string[]) => {
      const argv = preludeArgv({ session, size: undefined, directory, secrets: [], command }).map((word) => word.replaceAll("/dev/shm/claude-bottle", kept)); // prettier-ignore
      await Bun.spawn(under(shell, argv), { env: { PATH: path(shell), ...env } }).exited;
      if (!existsSync(kept)) return "nothing";
      const files = readdirSync(kept).sort().map((name) => `${name} ${(statSync(`${kept}/${name}`).mode & 0o777).toString(8)} ${readFileSync(`${kept}/${name}`, "utf8").trim()}`); // prettier-ignore
      return files.join("; ");
    };
    const oauth = (token: string) => `.credentials.json 600 {"claudeAiOauth":{"accessToken":"${token}","refreshToken":"","expiresAt":4102444800000,"scopes":["user:inference"]}}`; // prettier-ignore
    expect(await run({ ANTHROPIC_API_KEY: "first" }, ["true"])).toBe("nothing");
    expect(await run({ ANTHROPIC_API_KEY: "first" }, ["true", "--bg"])).toBe("key 600 first");
    expect(await run({ ANTHROPIC_API_KEY: "second" }, ["true"])).toBe("key 600 second");
    expect(await run({}, ["true"])).toBe("key 600 second");
    expect(await run({ CLAUDE_CODE_OAUTH_TOKEN: "token" }, ["true"])).toBe(`${oauth("token")}; key 600 second`);
    expect(await run({ ANTHROPIC_AUTH_TOKEN: "gate", ANTHROPIC_API_KEY: "third" }, ["true"])).toBe(`${oauth("token")}; key 600 gate`); // prettier-ignore
  },
);
