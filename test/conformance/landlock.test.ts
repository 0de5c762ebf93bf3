// The real Claude Code in a bottle of landlock, and what a hostile program in one reaches. About 15 seconds.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chownSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { landlockAbi } from "../../src/backends/landlock/kernel.ts";
import { binary, placeBinary } from "../support/binary.ts";
import { realClaude, whyNoClaude } from "../support/claude/claude.ts";
import { startStubApi } from "../support/claude/stub-api.ts";
import { whyNoLandlock } from "../support/landlock.ts";
import { Pane } from "../support/pane.ts";
import { hostSecret, tempt } from "../support/tempting.ts";
import { Home, isRunning, until } from "../support/tool.ts";

const minute = 60_000;
const isRoot = process.getuid?.() === 0;
if (whyNoLandlock) console.log(`landlock skipped: ${whyNoLandlock}`);
const whyNoTerminal = whyNoLandlock ?? whyNoClaude() ?? (Bun.which("tmux") ? undefined : "tmux is not installed");
if (whyNoTerminal) console.log(`the real Claude Code in landlock skipped: ${whyNoTerminal}`);

let program: string;
beforeAll(async () => {
  if (!whyNoLandlock) program = await binary();
}, minute);

const inLandlock = (home: Home, network: "open" | "off") => {
  home.settings(`[bottle]\nbackend = "landlock"\n[network]\nmode = "${network}"\n`);
  home.manifest("");
};

test.skipIf(whyNoTerminal !== undefined)("Claude answers in tmux, uses its tools in the project, and follows the size", async () => {
  using home = new Home();
  inLandlock(home, "open");
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
  } finally {
    await stub.stop();
    await home.run(["rm", "--force"]);
  }
}, minute); // prettier-ignore

/** Root as well as an ordinary user, where the tests run as root. */
const users = [undefined, ...(isRoot && Bun.which("setpriv") ? [12345] : [])];

describe.skipIf(whyNoLandlock !== undefined).each(users)("a hostile program in landlock, as user %p", (uid) => {
  const home = new Home();
  let tempting: string[];
  let victim: Bun.Subprocess;
  const as = uid === undefined ? [] : ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups"];
  const environment = () => ({ ...home.env, XDG_STATE_HOME: "" });

  beforeAll(async () => {
    inLandlock(home, "off");
    tempting = tempt(`${home.directory}/home`);
    await placeBinary(`${home.bin}/claude-bottle`);
    if (uid !== undefined) {
      Bun.spawnSync(["chown", "-R", `${uid}:${uid}`, `${home.directory}/home`]);
      chownSync(home.directory, uid, uid);
      Bun.spawnSync(["chmod", "755", home.directory]);
    }
    victim = Bun.spawn([...as, "sleep", "1000"], { env: { PATH: "/usr/bin:/bin", SECRET: hostSecret } });
    await until(() => readFileSync(`/proc/${victim.pid}/cmdline`, "utf8").startsWith("sleep"));
  }, minute);
  afterAll(async () => {
    victim.kill();
    await run(["rm", "--force"]);
    home[Symbol.dispose]();
  });

  async function run(words: readonly string[], cwd = home.project) {
    const child = Bun.spawn([...as, `${home.bin}/claude-bottle`, ...words], {
      cwd,
      env: environment(),
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const [stdout, stderr, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    return { stdout, stderr, code };
  }
  const inside = async (script: string) => (await run(["exec", "--", "sh", "-c", script])).stdout;

  test(
    "reads none of the host's tempting files, nor another bottle's home",
    async () => {
      const other = `${home.directory}/home/other`;
      mkdirSync(other);
      if (uid !== undefined) chownSync(other, uid, uid);
      await run(["exec", "--", "sh", "-c", `echo ${hostSecret} >~/mine`], other);
      const bottles = `${home.directory}/home/.local/state/claude-bottle/landlock`;
      const paths = [...tempting, bottles, `${bottles}/*/home/mine`, `${home.directory}/home`];
      const tries = `for path in ${paths.join(" ")}; do cat "$path" 2>/dev/null; ls "$path"/ 2>/dev/null; done; grep -rs ${hostSecret} ~ "$TMPDIR" /tmp /etc /run /var /proc/[0-9]*/environ`; // prettier-ignore
      expect(await inside(tries)).toBe("");
      await run(["rm", "--force"], other);
    },
    minute,
  );

  test("writes nothing outside its own places", async () => {
    const paths = ["/usr/x", "/etc/x", "/x", "/tmp/x", "/var/tmp/x", "/dev/shm/x", `${home.directory}/home/x`, "/proc/sys/kernel/core_pattern"]; // prettier-ignore
    const tries = `for path in ${paths.join(" ")}; do ( : >"$path" ) 2>/dev/null && echo "wrote $path"; done
ln ${home.directory}/home/.ssh/id_ed25519 linked 2>/dev/null && echo linked
mv ${home.directory}/home/.netrc moved 2>/dev/null && echo moved
rm ${home.directory}/home/.npmrc 2>/dev/null && echo removed
truncate -s 0 ${home.directory}/home/.pgpass 2>/dev/null && echo emptied
: >"$HOME/own" && : >"$TMPDIR/own" && : >own && echo "wrote its own"`;
    expect(await inside(tries)).toBe("wrote its own\n");
    expect(readFileSync(`${home.directory}/home/.pgpass`, "utf8")).toBe(hostSecret);
  });

  test("has no capability, and reaches no process of the host", async () => {
    const pid = victim.pid;
    const tries = `grep -E '^(CapEff|CapPrm|NoNewPrivs|Seccomp):' /proc/self/status | tr -s '\\t ' ' '
for file in environ mem maps root/etc/hostname cwd/x; do head -c 1 /proc/${pid}/$file >/dev/null 2>&1 && echo "read $file"; done
prlimit --pid ${pid} --nofile=1:1 2>/dev/null && echo limited
kill -0 ${pid} 2>/dev/null && echo signals`;
    const abi = landlockAbi();
    const signals = typeof abi === "number" && abi < 6 ? "signals\n" : "";
    expect(await inside(tries)).toBe(
      `CapPrm: 0000000000000000\nCapEff: 0000000000000000\nNoNewPrivs: 1\nSeccomp: 2\n${signals}`,
    );
    expect(isRunning(pid)).toBe(true);
  });

  test.skipIf(!Bun.which("perl"))("opens no unix socket, no terminal of the user, and no socket without a network", async () => {
    const tries = String.raw`perl -e '
use Socket;
print "unix\n" if socket(my $u, PF_UNIX, SOCK_STREAM, 0);
print "datagrams\n" if socketpair(my $a, my $b, PF_UNIX, SOCK_DGRAM, 0);
print "inet\n" if socket(my $i, PF_INET, SOCK_STREAM, 0);
print "pair\n" if socketpair(my $c, my $d, PF_UNIX, SOCK_STREAM, 0);
print "keyring\n" if syscall(250, 0, -3, 0) >= 0;
'; for terminal in /dev/tty /dev/pts/* /dev/ptmx; do ( : <"$terminal" ) 2>/dev/null && echo "$terminal"; done`;
    expect(await inside(tries)).toBe("pair\n");
  }); // prettier-ignore

  test("a process that leaves its session and hides its environment is gone with the bottle", async () => {
    await run(["exec", "--", "sh", "-c", "env -i setsid sh -c 'while :; do sleep 0.1; done' >/dev/null 2>&1 & echo $! >pid"]); // prettier-ignore
    const listed = JSON.parse((await run(["ls", "--json"])).stdout) as { state: string }[];
    expect(listed.map(({ state }) => state)).toEqual(["running"]);
    await run(["stop"]);
    const stopped = JSON.parse((await run(["ls", "--json"])).stdout) as { state: string }[];
    expect(stopped.map(({ state }) => state)).toEqual(["stopped"]);
    const pid = Number(readFileSync(`${home.project}/pid`, "utf8"));
    expect(isRunning(pid)).toBe(false);
  });
});

describe.skipIf(whyNoLandlock !== undefined)("landlock refuses in one line", () => {
  const home = new Home();
  afterAll(() => home[Symbol.dispose]());
  test.each([
    ["a list of hosts", '[network]\nhosts = ["example.com"]\n', "landlock cannot enforce an allowlist: network is all or nothing"],
    ["an ssh agent", '[network]\nmode = "off"\n[bottle]\nssh-agent = true\n', "landlock closes every unix socket, so a bottle cannot use your ssh agent"],
    ["a mount at another path", '[network]\nmode = "off"\n[[mounts]]\nsource = "~/given"\ntarget = "/given"\n', 'landlock shows a mount at its own path only, so "~/home/given" cannot be "/given" in the bottle'],
  ])("%s", async (_, settings, line) => {
    mkdirSync(`${home.directory}/home/given`, { recursive: true });
    const [network, rest = ""] = settings.split("[bottle]\n");
    home.settings(`[bottle]\nbackend = "landlock"\n${rest}${network}`);
    home.manifest("");
    writeFileSync(`${home.project}/x`, "");
    const { stderr, code } = await home.run(["exec", "--", "true"], { env: { SSH_AUTH_SOCK: "/nonexistent" } });
    expect([stderr.split("\n")[0], code]).toEqual([`claude-bottle: ${line}`, 1]);
  });
}); // prettier-ignore
