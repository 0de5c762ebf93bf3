// The real Claude Code on the terminal of a real microVM, in a real tmux pane of the emulated machine.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { booting, emulated, key, Lab, versions, whyNot } from "./lab.ts";
import { Pane } from "./pane.ts";

const reason = whyNot();
if (reason) console.log(`test/vm/terminal is skipped: ${reason}`);

const minute = 60_000;

afterAll(async () => {
  if (!reason) await Lab.down();
}, minute);

describe.skipIf(reason !== undefined).each([...versions])("smolvm %s", (version) => {
  let lab: Lab;
  /** How many processes of the guest fit; the pattern's first letter in brackets, so that it does not find itself. */
  const inGuest = async (pattern: string) => Number((await lab.guest(`pgrep -fc '${pattern}'`)).stdout);
  const settles = async () =>
    (await lab.expectOk("cat $LAB/calls")).split("\n").filter((verb) => verb === "settle").length;

  beforeAll(async () => {
    lab = await Lab.up(version, "terminal");
    expect(await booting(() => lab.guest("true"))).toMatchObject({ stdout: "", code: 0 });
  }, 20 * minute);
  afterAll(async () => await lab?.clear(), 3 * minute);

  test(
    "Claude Code answers in a pane, is resized, and leaves the terminal as it was",
    async () => {
      await lab.expectOk(
        "rm -rf $LAB/elsewhere; mkdir $LAB/elsewhere && cp $cb $LAB/elsewhere/real && ln -sf real $LAB/elsewhere/link",
      );
      // Through a symlink, from a PATH without us.
      await using pane = await Pane.open(
        lab,
        "claude",
        `stty -a > $LAB/before\n$LAB/elsewhere/link\necho "rc=$?"\nstty -a > $LAB/after`,
      );
      await pane.until(/^❯/m, 4 * minute);

      await pane.type("hello offline world");
      await pane.press("Enter");
      await pane.until(/STUB: hello offline world/, 3 * minute);
      expect(await lab.expectOk("cat $LAB/requests")).toContain("Speak softly.");

      // A new build in place of the running one.
      await lab.expectOk("cp $cb $LAB/elsewhere/new && mv $LAB/elsewhere/new $LAB/elsewhere/real");
      for (const [columns, rows] of [
        [60, 20],
        [132, 40],
        [81, 25],
      ] as const) {
        await pane.resize(columns, rows);
        // Claude rules the input's frame over the whole width.
        await pane.until((screen) => screen.split("\n").some((line) => line === "─".repeat(columns)), minute);
        const note = "for n in /tmp/.claude-bottle-*; do t=$(sed -n 2p $n); [ $t = - ] || stty -F $t size; done";
        expect(await lab.guest(note)).toEqual({ stdout: `${rows} ${columns}\n`, stderr: "", code: 0 });
      }

      const seen = await lab.expectOk("cat /proc/[0-9]*/cmdline | tr '\\0' '\\n'");
      expect(seen).toContain("\nmachine\nexec\n");
      expect(seen).not.toContain(key);
      // The disk is the bottle's own, and over plain http the value is in the bottle.
      const places = "--exclude='*.qcow2' $LAB/state $LAB/data $LAB/cache $LAB/config";
      expect(await lab.sh(`grep -rlF ${key} ${places}`)).toEqual({
        stdout: "",
        stderr: "",
        code: 1,
      });
      expect((await lab.inProject("$cb run --dry-run")).stdout).not.toContain(key);
      expect(JSON.parse(await lab.expectOk("$cb ls --json"))).toMatchObject([
        { state: "running", directory: lab.project, sessions: [{ kind: "agent" }] },
      ]);

      // stty -a tells the size as well.
      await pane.resize(100, 30);
      await pane.type("/exit");
      await pane.until(/^❯.*\/exit/m, minute);
      await pane.press("Enter");
      await pane.until(/^rc=0$/m, minute);
      await lab.expectOk("until [ -s $LAB/after ]; do sleep 0.1; done; cmp $LAB/before $LAB/after");
    },
    emulated,
  );

  test(
    "killing the pane leaves no Claude in the guest",
    async () => {
      const pane = await Pane.open(lab, "killed", "$cb");
      await pane.until(/^❯/m, 4 * minute);
      expect(await inGuest("^(/[^ ]*/)?[c]laude")).toBe(1);
      await pane.kill();
      const end = Date.now() + 10_000;
      let left: number;
      do left = await inGuest("^(/[^ ]*/)?[c]laude");
      while (left > 0 && Date.now() < end);
      expect(left).toBe(0);
      expect(JSON.parse(await lab.expectOk("$cb ls --json"))).toMatchObject([{ sessions: [] }]);
    },
    emulated,
  );

  test.each([
    ["native", false],
    ["asserted, with a client that sees no SIGWINCH", true],
  ])(
    "a storm of 200 resizes ends right: %s",
    async (_, deaf) => {
      await lab.expectOk(`rm -f $LAB/no-winch; : > $LAB/calls; ${deaf ? "touch $LAB/no-winch" : ":"}`);
      await using pane = await Pane.open(
        lab,
        deaf ? "deaf" : "storm",
        `$cb shell -- sh -c 'while :; do clear; echo "inside $(stty size)."; sleep 1; done'`,
      );
      await pane.until(/inside 30 100\./, minute);
      await pane.storm(200, 91, 33);
      await pane.until(/inside 33 91\./, minute);
      await lab.expectOk("rm -f $LAB/no-winch");
      expect(await settles()).toBeLessThanOrEqual(3);
      if (deaf) expect(await settles()).toBeGreaterThan(0);
    },
    emulated,
  );
});
