// The whole path on real machines: a real smolvm in the emulated machine, our compiled program, the real Claude Code.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Lab, versions, whyNot, type Outcome } from "./lab.ts";
import { Pane, quote } from "./pane.ts";

const reason = whyNot();
if (reason) console.log(`test/vm is skipped: ${reason}`);

const key = "sk-ant-api03-offline-0123456789-abcdefghij";
const minute = 60_000;

afterAll(async () => {
  if (!reason) await Lab.down();
});

describe.skipIf(reason !== undefined).each([...versions])("smolvm %s", (version) => {
  let lab: Lab;
  let project: string;
  const cb = "$KIT/claude-bottle";
  const gateway = `export ANTHROPIC_BASE_URL=http://127.0.0.1:8123 ANTHROPIC_API_KEY=${key}`;

  /** In the project, with the stand-in API and its key. */
  const inProject = (script: string, stdin?: string | Uint8Array) =>
    lab.sh(`cd ${quote(project)} && ${gateway}; ${script}`, stdin);
  const guest = (script: string, ...words: string[]) =>
    inProject(`${cb} exec -- sh -c ${quote(script)} sh ${words.map(quote).join(" ")}`);
  const calls = async (verb: string) =>
    (await lab.expectOk("cat $LAB/calls")).split("\n").filter((line) => line === verb).length;
  const machines = async () =>
    JSON.parse(await lab.expectOk("smolvm machine ls --json")) as { name: string; state: string }[];
  /** A process of the guest by its command line; the pattern's first letter in brackets, so that it does not find itself. */
  const inGuest = async (pattern: string) => (await guest(`ps -eo args | grep -c ${quote(pattern)}`)).stdout.trim();

  beforeAll(async () => {
    lab = await Lab.up(version);
    project = `${lab.home}/it's a "project" #{x} $(id) é;`;
    await lab.expectOk(
      `mkdir -p ${quote(project)} ~/.config/claude-bottle && cat > ~/.config/claude-bottle/config.toml`,
      // Claude's JIT does not get to its prompt under emulation, and from the image folder it crawls: it is copied to the machine's own disk.
      `[bottle]\nimage = "${lab.share}/images/claude"\ncpus = 1\nmemory = 2048\n[env]\nBUN_JSC_useJIT = "0"\n[agents.claude]\ncommand = "/home/dev/claude"\n`,
    );
    await lab.expectOk(`cat > ${quote(project)}/bottle.toml`, `[agents.claude]\nprompt-file = "prompt é.md"\n`);
    await lab.expectOk(`echo 'Speak softly.' > ${quote(project)}/'prompt é.md'`);
    await lab.expectOk(
      "nohup $KIT/stub-api --port 8123 --bodies --log $LAB/requests </dev/null >$LAB/stub.log 2>&1 & echo $! > $LAB/stub.pid",
    );
  }, 20 * minute);

  afterAll(async () => {
    await lab.sh(
      `kill $(cat $LAB/stub.pid); for m in $(smolvm machine ls --json | grep -o '"name": "[^"]*' | cut -d'"' -f4); do smolvm machine stop --name $m; smolvm machine delete -f --name $m; done`,
    );
  }, 3 * minute);

  test(
    "two runs at the same moment make one machine",
    async () => {
      // One guest in some sixteen dies while booting under emulation; the launch then undoes itself.
      let ends: Outcome[] = [];
      for (let attempt = 1; attempt <= 3; attempt += 1) {
        ends = await Promise.all(["one", "two"].map((word) => inProject(`${cb} exec -- echo ${word}`)));
        if (ends.every(({ code }) => code === 0)) break;
        console.log(`attempt ${attempt}: ${ends.map(({ stderr }) => stderr).join("")}`);
      }
      expect(ends.map(({ stdout, code }) => [stdout, code])).toEqual([
        ["one\n", 0],
        ["two\n", 0],
      ]);
      expect(await machines()).toMatchObject([{ state: "running" }]);
      expect(
        ends
          .map(({ stderr }) => stderr)
          .join("")
          .match(/making bottle/g),
      ).toHaveLength(1);
    },
    6 * minute,
  );

  test(
    "identity, directory and environment are the bottle's own",
    async () => {
      const { stdout, stderr, code } = await guest(
        'id -u; id -un; pwd; echo "$HOME $USER $ANTHROPIC_BASE_URL"; echo made inside > inside; stat -c %U inside',
      );
      expect({ stdout, stderr, code }).toEqual({
        stdout: `1000\ndev\n${project}\n/home/dev dev http://100.96.0.1:8123\ndev\n`,
        stderr: "",
        code: 0,
      });
      expect((await inProject("stat -c '%U' inside; cat inside")).stdout).toBe("dev\nmade inside\n");
    },
    minute,
  );

  test.each([0, 1, 42, 127, 143])(
    "exit status %p is the command's own",
    async (code) => {
      expect(await guest(`exit ${code}`)).toEqual({ stdout: "", stderr: "", code });
    },
    minute,
  );

  test(
    "a program that is not there is 127, one that cannot be run 126",
    async () => {
      expect(await inProject(`${cb} exec -- nosuch`)).toEqual({
        stdout: "",
        stderr: "claude-bottle: the program 'nosuch' was not found in the bottle\n",
        code: 127,
      });
      expect(await inProject(`${cb} exec -- /etc/passwd`)).toEqual({
        stdout: "",
        stderr: "claude-bottle: the program '/etc/passwd' is not runnable in the bottle\n",
        code: 126,
      });
    },
    minute,
  );

  test(
    "1 MiB of random bytes goes in and comes out unchanged",
    async () => {
      const { stdout, code } = await inProject(
        `head -c 1048576 /dev/urandom > $LAB/sent; ${cb} exec -- cat < $LAB/sent > $LAB/received; echo $?; cmp $LAB/sent $LAB/received && stat -c %s $LAB/received`,
      );
      expect([stdout, code]).toEqual(["0\n1048576\n", 0]);
    },
    minute,
  );

  test(
    "a folder goes in and out with its modes",
    async () => {
      await lab.expectOk(
        `rm -rf $LAB/tree $LAB/back; mkdir -p $LAB/tree/'a b' && echo x > $LAB/tree/'a b'/"it's" && chmod 4711 $LAB/tree/'a b'/"it's" && chmod 700 $LAB/tree/'a b' && ln -s nowhere $LAB/tree/link`,
      );
      expect(await inProject(`${cb} cp $LAB/tree :/tmp/tree && ${cb} cp :/tmp/tree $LAB/back`)).toEqual({
        stdout: "",
        stderr: "",
        code: 0,
      });
      expect((await lab.sh(`cd $LAB/back && find . -printf '%P %m %l\\n' | sort`)).stdout).toBe(
        (await lab.sh(`cd $LAB/tree && find . -printf '%P %m %l\\n' | sort`)).stdout,
      );
    },
    minute,
  );

  test(
    "Claude Code answers in a tmux pane, is resized, and leaves the terminal as it was",
    async () => {
      await lab.expectOk(
        `mkdir -p $LAB/elsewhere && cp $KIT/claude-bottle $LAB/elsewhere/real && ln -sf real $LAB/elsewhere/link`,
      );
      expect((await inProject(`${cb} exec -- cp /usr/local/bin/claude /home/dev/claude`)).code).toBe(0);
      // Through a symlink, from a PATH without us.
      await using pane = await Pane.open(
        lab,
        "claude",
        project,
        `${gateway}\nexport PATH=${lab.home}/bin:$PATH XDG_DATA_HOME=${lab.home}/data XDG_CACHE_HOME=${lab.home}/cache XDG_STATE_HOME=${lab.home}/state\nstty -a > ${lab.home}/before\n${lab.home}/elsewhere/link\necho "rc=$?"\nstty -a > ${lab.home}/after`,
      );
      await pane.until(/^❯/m, 4 * minute);

      await pane.type("hello offline world");
      await pane.press("Enter");
      await pane.until(/STUB: hello offline world/, 3 * minute);
      expect(await lab.expectOk("cat $LAB/requests")).toContain("Speak softly.");

      // A new build in place of the running one.
      await lab.expectOk("cp $KIT/claude-bottle $LAB/elsewhere/new && mv $LAB/elsewhere/new $LAB/elsewhere/real");
      for (const [columns, rows] of [
        [60, 20],
        [132, 40],
        [81, 25],
      ] as const) {
        await pane.resize(columns, rows);
        // Claude rules the input's frame over the whole width.
        await pane.until((screen) => screen.split("\n").some((line) => line === "─".repeat(columns)), minute);
        const note = await guest(
          "set -- /tmp/.claude-bottle-*; for n; do t=$(sed -n 2p $n); [ $t = - ] || stty -F $t size; done",
        );
        expect(note.stdout).toBe(`${rows} ${columns}\n`);
      }

      const seen = await lab.expectOk("cat /proc/[0-9]*/cmdline | tr '\\0' '\\n'");
      expect(seen).toContain("pty-resize");
      expect(seen).not.toContain(key);
      expect((await lab.sh(`grep -rlF ${key} $LAB/state`)).stdout).toBe("");
      expect((await inProject(`${cb} run --dry-run`)).stdout).not.toContain(key);
      expect(JSON.parse((await lab.expectOk(`${cb} ls --json`)).toString())).toMatchObject([
        { state: "running", directory: project, sessions: [{ kind: "agent" }] },
      ]);

      // stty -a tells the size as well.
      await pane.resize(100, 30);
      await pane.type("/exit");
      await Bun.sleep(500);
      await pane.press("Enter");
      await pane.until(/^rc=0$/m, minute);
      expect(await lab.expectOk(`cmp $LAB/before $LAB/after && echo same`)).toBe("same\n");
    },
    14 * minute,
  );

  test(
    "killing the pane leaves no Claude in the guest",
    async () => {
      const pane = await Pane.open(
        lab,
        "killed",
        project,
        `${gateway}\nexport PATH=${lab.home}/bin:$PATH XDG_DATA_HOME=${lab.home}/data XDG_CACHE_HOME=${lab.home}/cache XDG_STATE_HOME=${lab.home}/state\n${lab.share}/kit/claude-bottle`,
      );
      await pane.until(/^❯/m, 4 * minute);
      expect(await inGuest("^/home/dev/[c]laude")).toBe("1");
      await pane.kill();
      const end = Date.now() + 10_000;
      // One look takes some seconds here: the last one begins before the ten are over.
      let left: string;
      do left = await inGuest("^/home/dev/[c]laude");
      while (left !== "0" && Date.now() < end);
      expect(left).toBe("0");
      expect(JSON.parse(await lab.expectOk(`${cb} ls --json`))).toMatchObject([{ sessions: [] }]);
    },
    8 * minute,
  );

  test.each([
    ["native", ""],
    ["asserted, with a client that sees no SIGWINCH", "no-winch"],
  ])(
    "a storm of 200 resizes ends right: %s",
    async (_, flag) => {
      await lab.expectOk(`rm -f $LAB/no-winch $LAB/calls; [ -z "${flag}" ] || touch $LAB/${flag}`);
      await using pane = await Pane.open(
        lab,
        `storm${flag}`,
        project,
        `${gateway}\nexport PATH=${lab.home}/bin:$PATH XDG_DATA_HOME=${lab.home}/data XDG_CACHE_HOME=${lab.home}/cache XDG_STATE_HOME=${lab.home}/state\n${lab.share}/kit/claude-bottle shell -- sh -c 'while :; do clear; echo "inside $(stty size)."; sleep 1; done'`,
      );
      await pane.until(/inside 30 100\./, minute);
      await lab.expectOk(
        `for i in $(seq 1 200); do tmux -L storm${flag} resize-window -t s -x $((60 + i % 50)) -y $((15 + i % 20)); done; tmux -L storm${flag} resize-window -t s -x 91 -y 33`,
      );
      await pane.until(/inside 33 91\./, minute);
      await lab.expectOk("rm -f $LAB/no-winch");
      expect(await calls("settle")).toBeLessThanOrEqual(3);
      if (flag) expect(await calls("settle")).toBeGreaterThan(0);
      await pane.kill();
    },
    5 * minute,
  );

  test(
    "Ctrl-C while the machine starts leaves none",
    async () => {
      const other = `${lab.home}/interrupted`;
      await lab.expectOk(
        `mkdir -p ${other} && cp ${quote(project)}/bottle.toml ${other}/ && touch ${other}/'prompt é.md'`,
      );
      await using pane = await Pane.open(
        lab,
        "interrupted",
        other,
        `${gateway}\nexport PATH=${lab.home}/bin:$PATH XDG_DATA_HOME=${lab.home}/data XDG_CACHE_HOME=${lab.home}/cache XDG_STATE_HOME=${lab.home}/state\n${lab.share}/kit/claude-bottle; echo "rc=$?"`,
      );
      await pane.until(/starting bottle/, minute);
      await pane.press("C-c");
      await pane.until(/^rc=130$/m, minute);
      expect((await machines()).map(({ state }) => state)).toEqual(["running"]);
      expect(JSON.parse(await lab.expectOk(`${cb} ls --json`))).toHaveLength(1);
      expect((await lab.sh("pgrep -fc _boot-vm")).stdout).toBe("1\n");
    },
    4 * minute,
  );

  test(
    "stop, and a stop behind our back, are followed by a start that sets up again",
    async () => {
      expect((await inProject(`${cb} stop`)).code).toBe(0);
      expect((await guest("pwd; cat inside")).stdout).toBe(`${project}\nmade inside\n`);
      const { stdout } = await lab.sh('smolvm machine ls --json | grep -o \'"name": "[^"]*\' | cut -d\'"\' -f4');
      await lab.expectOk(`smolvm machine stop --name ${stdout.trim()}`);
      expect((await guest("pwd")).stdout).toBe(`${project}\n`);
    },
    4 * minute,
  );

  test(
    "over https the guest holds a placeholder for the credential",
    async () => {
      const other = `${lab.home}/placeholder`;
      await lab.expectOk(`mkdir -p ${other} && cp ${quote(project)}/bottle.toml ${other}/`);
      const run = `cd ${other} && export ANTHROPIC_API_KEY=${key} ANTHROPIC_BASE_URL=https://gateway.invalid; ${cb}`;
      const { stdout, code } = await lab.sh(`${run} exec -- sh -c 'echo $ANTHROPIC_API_KEY; cat ~/.claude.json'`);
      expect(code).toBe(0);
      const [placeholder = "", config = ""] = stdout.split("\n");
      expect(placeholder).toMatch(/^SMOL_PLACEHOLDER_/);
      // Claude would ask whether to use a key that it does not know by its end.
      expect(JSON.parse(config).customApiKeyResponses.approved).toEqual([placeholder.slice(-20)]);
      expect((await lab.sh(`${run} rm`)).code).toBe(0);
    },
    5 * minute,
  );

  test(
    "rm leaves no machine and no record",
    async () => {
      expect((await inProject(`${cb} rm`)).code).toBe(0);
      expect(await machines()).toEqual([]);
      expect(await lab.expectOk(`${cb} ls --json`)).toBe("[]\n");
      expect((await lab.sh("pgrep -fc _boot-vm")).stdout).toBe("0\n");
    },
    minute,
  );
});
