// The real Claude Code in a bottle of bubblewrap, and what a hostile program in one reaches. About 15 seconds.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { whyNoBubblewrap } from "../support/bubblewrap.ts";
import { binary } from "../support/binary.ts";
import { realClaude, whyNoClaude } from "../support/claude/claude.ts";
import { startStubApi } from "../support/claude/stub-api.ts";
import { Pane } from "../support/pane.ts";
import { Screen } from "../support/screen.ts";
import { hostSecret, tempt } from "../support/tempting.ts";
import { Home } from "../support/tool.ts";

const whyNot = whyNoBubblewrap ?? whyNoClaude() ?? (Bun.which("tmux") ? undefined : "tmux is not installed");
if (whyNot) console.log(`the real Claude Code in bubblewrap skipped: ${whyNot}`);
const minute = 60_000;

let program: string;
beforeAll(async () => {
  if (!whyNot) program = await binary();
}, minute);

const inBubblewrap = (home: Home, network: "open" | "off") => {
  home.settings(`[bottle]\nbackend = "bubblewrap"\n[network]\nmode = "${network}"\n`);
  home.manifest("");
};

test.skipIf(whyNot !== undefined)("Claude answers in tmux, uses its tools in the project, and follows the size", async () => {
  using home = new Home();
  inBubblewrap(home, "open");
  symlinkSync(await realClaude(), `${home.bin}/claude`);
  const stub = startStubApi({ script: [{ bash: "pwd >made.txt" }, { text: "all done" }] });
  const env = { ...home.env, ANTHROPIC_API_KEY: "sk-ant-api03-offline-0123456789-abcdefghij", ANTHROPIC_BASE_URL: stub.url };
  try {
    using pane = new Pane([program], { env, cwd: home.project });
    await pane.until(/^❯/m);
    await pane.prompt("make the file");
    await pane.until(/STUB: all done/);
    expect(await Bun.file(`${home.project}/made.txt`).text()).toBe(`${home.project}\n`);
    for (const columns of [60, 120]) await pane.followsWidth(columns);
    await pane.prompt("once more");
    await pane.until(/STUB: once more/);
    expect(new Set(stub.requests.map(({ auth }) => auth.last4))).toEqual(new Set(["ghij"]));
  } finally {
    await stub.stop();
    await home.run(["rm", "--force"]);
  }
}, minute); // prettier-ignore

describe.skipIf(whyNot !== undefined)("a hostile program in bubblewrap", () => {
  const home = new Home();
  let server: Server;
  const abstract = `\0claude-bottle-test-${process.pid}`;
  let tempting: string[];

  beforeAll(async () => {
    inBubblewrap(home, "off");
    tempting = tempt(`${home.directory}/home`);
    server = createServer().listen(abstract);
  });
  afterAll(async () => {
    server.close();
    await home.run(["rm", "--force"]);
    home[Symbol.dispose]();
  });

  const inside = (script: string, env: Record<string, string> = {}) =>
    home.run(["exec", "--", "sh", "-c", script], { env: { XDG_STATE_HOME: undefined as never, ...env } });

  test(
    "reads none of the host's tempting files",
    async () => {
      await inside("true");
      const other = `${home.directory}/home/.local/state/claude-bottle/bubblewrap`;
      const paths = [...tempting, other];
      expect(paths.length).toBeGreaterThanOrEqual(20);
      const { stdout } = await inside(`for path in ${paths.join(" ")}; do cat "$path" >/dev/null 2>&1 && echo "$path"; [ -S "$path" ] && echo "$path"; ls "$path"/* 2>/dev/null; done; grep -rs ${hostSecret} ~ /tmp /etc /run /var /proc/[0-9]*/environ`); // prettier-ignore
      expect(stdout).toBe("");
    },
    minute,
  );

  const hasOwnProc = Bun.which("bwrap") !== null && Bun.spawnSync(["bwrap", "--unshare-user", "--unshare-pid", "--ro-bind", "/", "/", "--proc", "/proc", "true"]).success; // prettier-ignore
  test(
    "sees no variable of the host in any process, and no process of the host",
    async () => {
      const { stdout } = await inside(
        "cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep -c AMBIENT; cat /proc/[0-9]*/environ 2>&1 >/dev/null | grep -c denied; ls -d /proc/[0-9]* | wc -l",
        {
          AMBIENT_SECRET: hostSecret,
        },
      );
      // In a container that hides parts of /proc the bottle sees the container's own, of which it may read nothing but names.
      const [variables, denied = 0, processes = 99] = stdout.trim().split("\n").map(Number);
      expect([variables, processes - denied < 10, hasOwnProc ? denied : 0]).toEqual([0, true, 0]);
    },
    minute,
  );

  test(
    "puts no link where the next session's mounts go, and keeps what it writes beside them",
    async () => {
      const cwd = `${home.directory}/home/deep/er/project`;
      mkdirSync(cwd, { recursive: true });
      const state = { XDG_STATE_HOME: undefined as never };
      const deep = (script: string) => home.run(["exec", "--", "sh", "-c", script], { cwd, env: state });
      const swap = `mv ~/deep ~/away; mv ~/deep/er ~/away; mv ~/deep/er/project ~/away; rmdir ~/deep; ln -sfn /oldroot${home.directory}/home ~/deep; echo kept >~/deep/er/beside`;
      const { stderr } = await deep(`{ ${swap}; } 2>&1 | grep -c 'busy' >&2`);
      expect(stderr).toMatch(/\n4\n$/);
      expect(await deep("pwd; touch made; cat ../beside")).toEqual({
        stdout: "~/home/deep/er/project\nkept\n",
        stderr: "",
        code: 0,
      });
      expect(existsSync(`${home.directory}/home/er`)).toBe(false);
      await home.run(["rm", "--force"], { cwd, env: state });
    },
    minute,
  );

  test(
    "puts no link in place of the project of a bottle within its own",
    async () => {
      const state = { XDG_STATE_HOME: undefined as never };
      const inner = `${home.project}/inner`;
      mkdirSync(inner);
      writeFileSync(`${inner}/bottle.toml`, "");
      await home.run(["exec", "--", "true"], { cwd: inner, env: state });
      const listed = Bun.spawnSync([program, "ls", "--json"], { env: { ...home.env, XDG_STATE_HOME: "" } });
      const bottles = JSON.parse(listed.stdout.toString()) as { name: string; directory: string }[];
      const name = bottles.find(({ directory }) => directory === inner)?.name ?? "";
      const ssh = `${home.directory}/home/.ssh`;
      await inside(`rm -r inner; ln -s ${ssh} inner`);
      expect(await home.run(["exec", name, "--", "ls"], { env: state })).toEqual({
        stdout: "",
        stderr: `claude-bottle: "~/home/project/inner", which bottle "cb-BOTTLE" shares, is now a link to "~/home/.ssh"\n  restore it, or remove the bottle: claude-bottle rm cb-BOTTLE\n`,
        code: 1,
      });
      await home.run(["rm", "--force", name], { env: state });
    },
    minute,
  );

  test(
    "writes nothing outside its own places, gains no privilege and reaches no socket",
    async () => {
      const { stdout } = await inside(`
for path in /usr/x /etc/x /x /bin/x /proc/sys/kernel/core_pattern /proc/sysrq-trigger /sys/x; do ( : >"$path" ) 2>/dev/null && echo "wrote $path"; done
mount -t tmpfs none /mnt 2>/dev/null && echo mounted
grep -E '^(CapEff|CapPrm|NoNewPrivs|Seccomp):' /proc/self/status | tr -s '\\t ' ' '
perl -e 'use Socket; socket(my $s, PF_UNIX, SOCK_STREAM, 0); print connect($s, pack("S a*", 1, "\\0claude-bottle-test-${process.pid}")) ? "connected\\n" : "refused\\n"' 2>/dev/null || echo refused
perl -e 'syscall(250, 0, -3, 0) == -1 and print "no keyring\\n"' 2>/dev/null || echo "no keyring"`);
      expect(stdout).toBe(
        "CapPrm: 0000000000000000\nCapEff: 0000000000000000\nNoNewPrivs: 1\nSeccomp: 2\nrefused\nno keyring\n",
      );
    },
    minute,
  );

  test(
    "types nothing into the terminal, and signals nobody outside",
    async () => {
      const shell = ["bash", "--norc"];
      await using screen = new Screen(shell, {
        cwd: home.project,
        env: { ...home.env, XDG_STATE_HOME: `${home.directory}/home/.local/state`, PS1: "outer> " },
      });
      await screen.until("outer>");
      screen.press(`trap 'echo hit' HUP INT TERM USR1; ${program} shell -- bash --norc; echo status $?\r`);
      await screen.until(/^bash-[0-9.]+[$#]$/m, 30_000);
      // TIOCSTI, in perl's and in the kernel's numbers.
      screen.press(
        `perl -e 'for (split //, "echo injected\\n") { ioctl(STDIN, 0x5412, $_) or $bad = "$!" } print "[$bad]\\n"'\r`,
      );
      await screen.until("[Operation not permitted]");
      screen.press(
        `kill -TERM 0; kill -USR1 ${screen.process.pid}; kill -USR1 -- -${screen.process.pid}; echo tr"ied"\r`,
      );
      await screen.until(/^tried/m);
      screen.press("exit 6\r");
      await screen.until(/status \d+/);
      expect(screen.text).not.toMatch(/^(hit|injected)$/m);
      screen.press("echo still $((40 + 2))\r");
      await screen.until("still 42");
    },
    minute,
  );
});
