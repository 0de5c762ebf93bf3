// A bottle's life on the real thing: a real smolvm in the emulated machine, our compiled program.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { booting, emulated, key, Lab, quote, versions, whyNot } from "./lab.ts";
import { Pane } from "./pane.ts";

const reason = whyNot();
if (reason) console.log(`test/vm/life is skipped: ${reason}`);

const minute = 60_000;

afterAll(async () => {
  if (!reason) await Lab.down();
}, minute);

describe.skipIf(reason !== undefined).each([...versions])("smolvm %s", (version) => {
  let lab: Lab;
  let name: string;
  let starting: string;
  /** What is in the project, by the emulated host. */
  const inside = async () => lab.expectOk(`cd ${quote(lab.project)} && ls -A && cat inside`);
  const project = "bottle.toml\ninside\nprompt é.md\nmade inside\n";

  beforeAll(async () => void (lab = await Lab.up(version, "life")), 20 * minute);
  afterAll(async () => await lab?.clear(), 3 * minute);
  // A failed test may have left the emulated host without its KVM, or full.
  beforeEach(() =>
    lab.sh(
      "[ ! -e /dev/none ] || mv /dev/none /dev/kvm; chmod 666 /dev/kvm; ! mountpoint -q $LAB/full || umount $LAB/full",
      "",
      "root",
    ),
  );

  test(
    "two runs at the same moment make one machine",
    async () => {
      await lab.inProject("$cb rm --force");
      const ends = await Promise.all(
        ["one", "two"].map((word) => booting(() => lab.inProject(`$cb exec -- echo ${word}`))),
      );
      expect(ends.map(({ stdout, code }) => [stdout, code])).toEqual([
        ["one\n", 0],
        ["two\n", 0],
      ]);
      const machines = await lab.machines();
      expect(machines).toMatchObject([{ state: "running" }]);
      name = machines[0]?.name ?? "";
      starting = `claude-bottle: starting bottle "${name}"\n`;
      const said = ends.map(({ stderr }) => stderr).join("");
      expect(said.match(/creating bottle/g)).toHaveLength(said.match(/starting bottle/g)?.length ?? 0);
      // More than once, where a machine died while it booted and its run came again.
      expect(said).toContain("waiting for another");
    },
    emulated,
  );

  test(
    "identity, directory and environment are the bottle's own",
    async () => {
      expect(
        await lab.guest(
          'id -u; id -un; pwd; echo "$HOME $USER $ANTHROPIC_BASE_URL"; echo made inside > inside; stat -c %U inside',
        ),
      ).toEqual({
        stdout: `1000\ndev\n${lab.project}\n/home/dev dev http://100.96.0.1:8123\ndev\n`,
        stderr: "",
        code: 0,
      });
      expect(await lab.inProject("stat -c %U inside; cat inside")).toEqual({
        stdout: "dev\nmade inside\n",
        stderr: "",
        code: 0,
      });
    },
    emulated,
  );

  test(
    "exit statuses are the command's own, and a program that cannot be run says so",
    async () => {
      const ends = await Promise.all([0, 1, 42, 126, 127, 143].map((code) => lab.guest(`exit ${code}`)));
      expect(ends).toEqual([0, 1, 42, 126, 127, 143].map((code) => ({ stdout: "", stderr: "", code })));
      expect(await lab.guest("kill -TERM $$")).toEqual({ stdout: "", stderr: "", code: 143 });
      expect(await lab.inProject("$cb exec -- nosuch")).toEqual({
        stdout: "",
        stderr: "claude-bottle: the program 'nosuch' was not found in the bottle\n",
        code: 127,
      });
      expect(await lab.inProject("$cb exec -- /etc/passwd")).toEqual({
        stdout: "",
        stderr: "claude-bottle: the program '/etc/passwd' is not runnable in the bottle\n",
        code: 126,
      });
    },
    emulated,
  );

  test(
    "1 MiB of random bytes goes in and comes out unchanged",
    async () => {
      expect(
        await lab.inProject(
          "head -c 1048576 /dev/urandom > $LAB/sent; $cb exec -- cat < $LAB/sent > $LAB/received; echo $?; cmp $LAB/sent $LAB/received && stat -c %s $LAB/received",
        ),
      ).toEqual({ stdout: "0\n1048576\n", stderr: "", code: 0 });
    },
    emulated,
  );

  test(
    "a directory goes in and out with its modes",
    async () => {
      await lab.expectOk(
        `rm -rf $LAB/tree $LAB/back; mkdir -p $LAB/tree/'a b' && echo x > $LAB/tree/'a b'/"it's" && chmod 4711 $LAB/tree/'a b'/"it's" && chmod 700 $LAB/tree/'a b' && ln -s nowhere $LAB/tree/link`,
      );
      expect(await lab.guest("rm -rf /tmp/tree")).toMatchObject({ code: 0 });
      expect(await lab.inProject("$cb cp $LAB/tree :/tmp/tree && $cb cp :/tmp/tree $LAB/back")).toEqual({
        stdout: "",
        stderr: "",
        code: 0,
      });
      expect(await lab.guest("cd /tmp/tree && stat -c %U . 'a b'/it*")).toMatchObject({ stdout: "dev\ndev\n" });
      const list = (directory: string) => lab.expectOk(`cd ${directory} && find . -printf '%P %m %l\\n' | sort`);
      // No copy keeps a set-id bit.
      expect(await list("$LAB/back")).toBe((await list("$LAB/tree")).replace(" 4711 ", " 711 "));
    },
    emulated,
  );

  test(
    "Ctrl-C while a machine is made leaves none",
    async () => {
      await lab.expectOk("rm -f $LAB/created; touch $LAB/slow-create");
      await using pane = await Pane.open(
        lab,
        "unmade",
        `mkdir -p $LAB/unmade && cd $LAB/unmade && $cb shell; echo "rc=$?"`,
      );
      await lab.expectOk("until [ -e $LAB/created ]; do sleep 0.05; done; rm $LAB/slow-create");
      await pane.press("C-c");
      expect(await pane.until(/^rc=/m, minute)).toMatch(/claude-bottle: interrupted\nrc=130/);
      expect((await lab.machines()).map((machine) => machine.name)).toEqual([name]);
      expect(JSON.parse(await lab.expectOk("$cb ls --json"))).toMatchObject([{ name, state: "running" }]);
      expect((await lab.sh("pgrep -fc '[s]leep 600'")).stdout).toBe("0\n");
    },
    emulated,
  );

  test(
    "Ctrl-C while a machine is started leaves none",
    async () => {
      await using pane = await Pane.open(
        lab,
        "interrupted",
        `mkdir -p $LAB/interrupted && cd $LAB/interrupted && $cb shell; echo "rc=$?"`,
      );
      // The machine's own process: smolvm is in the midst of it.
      await lab.expectOk("until [ $(pgrep -fc '[_]boot-vm') = 2 ]; do sleep 0.05; done");
      await pane.press("C-c");
      expect(await pane.until(/^rc=/m, minute)).toMatch(/claude-bottle: interrupted\nrc=130/);
      expect((await lab.machines()).map((machine) => machine.name)).toEqual([name]);
      expect(JSON.parse(await lab.expectOk("$cb ls --json"))).toMatchObject([{ name, state: "running" }]);
      expect((await lab.sh("pgrep -fc '[_]boot-vm'")).stdout).toBe("1\n");
    },
    emulated,
  );

  test(
    "a machine of that name that is not ours is left alone",
    async () => {
      const other = "mkdir -p $LAB/taken && cd $LAB/taken; ";
      const plan = await lab.expectOk(`${other}$cb exec --dry-run -- true`);
      const taken = /machine create .*--name (\S+)/.exec(plan)?.[1] ?? "";
      await lab.expectOk(
        `smolvm machine delete -f --name ${taken}; smolvm machine create --name ${taken} --cpus 1 --mem 512 --image ${lab.image}`,
      );
      expect(await lab.sh(`${other}$cb exec -- true`)).toEqual({
        stdout: "",
        stderr: `claude-bottle: a machine named "${taken}" already exists and belongs to another directory\n  choose another name: claude-bottle run --name NAME\n  or remove the machine if it is not needed: ${lab.home}/bin/smolvm machine delete --error-format json --name ${taken} -f\n`,
        code: 1,
      });
      expect((await lab.machines()).map((machine) => machine.name).sort()).toEqual([name, taken].sort());
      await lab.expectOk(`smolvm machine delete -f --name ${taken}`);
    },
    emulated,
  );

  test(
    "stopped by us, by another, or removed by another: the next command sets it up again",
    async () => {
      const again = { stdout: `${lab.project}\nmade inside\nkept\n`, stderr: starting, code: 0 };
      const look = () => booting(() => lab.guest("pwd; cat inside ~/kept"));
      expect(await lab.guest("echo kept > ~/kept")).toMatchObject({ code: 0 });
      expect(await lab.inProject("$cb stop")).toMatchObject({ stdout: "", code: 0 });
      expect(await look()).toEqual(again);
      await lab.expectOk(`smolvm machine stop --name ${name}`);
      expect(await look()).toEqual(again);
      await lab.expectOk(`smolvm machine delete -f --name ${name}`);
      expect(await booting(() => lab.guest("cat inside; [ ! -e ~/kept ]"))).toMatchObject({
        stdout: "made inside\n",
        code: 0,
      });
      expect(await lab.machines()).toMatchObject([{ name, state: "running" }]);
    },
    emulated,
  );

  test(
    "a start that fails keeps the bottle, what is in it, and the project",
    async () => {
      expect(await lab.guest("echo kept > ~/kept")).toMatchObject({ code: 0 });
      expect(await lab.inProject("$cb stop")).toMatchObject({ code: 0 });
      const fail = async (script: string) => {
        const { stdout, stderr, code } = await lab.inProject(script);
        expect([stdout, code]).toEqual(["", 1]);
        expect(await lab.machines()).toMatchObject([{ name, state: "stopped" }]);
        return stderr.replaceAll(name, "BOTTLE").replaceAll(lab.home, "LAB");
      };
      const said = [
        await fail("(until pkill -KILL -f '[_]boot-vm'; do sleep 0.05; done) & $cb exec -- true; c=$?; wait; exit $c"),
      ];
      await lab.expectOk("chmod 600 /dev/kvm", "", "root");
      said.push(await fail("$cb exec -- true"));
      await lab.expectOk("chmod 666 /dev/kvm", "", "root");
      said.push(
        await fail(`mv "$PWD" $LAB/moved; cd $LAB; $cb exec ${name} -- true; c=$?; mv moved "$OLDPWD"; exit $c`),
      );
      expect(said).toEqual([
        expect.stringMatching(
          /^claude-bottle: starting bottle "BOTTLE"\nclaude-bottle: cannot start bottle "BOTTLE": smolvm says: .*\n$/,
        ),
        'claude-bottle: starting bottle "BOTTLE"\nclaude-bottle: cannot start bottle "BOTTLE": you may not open /dev/kvm\n  sudo usermod -aG kvm $USER, then log in again\n',
        `claude-bottle: the project's directory "${lab.project.replace(lab.home, "LAB")}" no longer exists\n  to remove its bottle: claude-bottle rm BOTTLE\n`,
      ]);
      expect(await inside()).toBe(project);

      expect(await booting(() => lab.guest("cat inside ~/kept"))).toEqual({
        stdout: "made inside\nkept\n",
        stderr: starting,
        code: 0,
      });
    },
    emulated,
  );

  test(
    "what a machine cannot be made from, with or on is one clear line, and none is made",
    async () => {
      const refuse = async (script: string) => {
        const { stdout, stderr, code } = await lab.sh(`mkdir -p $LAB/refused && cd $LAB/refused && ${script}`);
        expect([stdout, code]).toEqual(["", 1]);
        return stderr
          .slice(stderr.lastIndexOf("claude-bottle: "))
          .replace(/cb-refused-\w+/, "BOTTLE")
          .replaceAll(lab.home, "LAB");
      };
      await lab.expectOk("mkdir -p $LAB/full && mount -t tmpfs -o size=1m,uid=1000 full $LAB/full", "", "root");
      const said = [
        await refuse(
          "mkdir -p locked; cd locked; chmod 0 .; $cb exec -- true; c=$?; chmod 700 $LAB/refused/locked; exit $c",
        ),
        await refuse("> bottle.toml; chmod 0 bottle.toml; $cb exec -- true; c=$?; rm -f bottle.toml; exit $c"),
        await refuse("echo 'bottle.image = \"./none\"' > bottle.toml; $cb exec -- true"),
        await refuse("rm bottle.toml; XDG_CACHE_HOME=$LAB/full XDG_DATA_HOME=$LAB/full $cb exec -- true"),
        await refuse("head -c 2m /dev/zero 2>/dev/null >$LAB/full/zero; XDG_STATE_HOME=$LAB/full $cb exec -- true"),
      ];
      await lab.expectOk("umount $LAB/full; mv /dev/kvm /dev/none", "", "root");
      said.push(await refuse("$cb exec -- true"));
      await lab.expectOk("mv /dev/none /dev/kvm", "", "root");
      expect(said).toEqual([
        "claude-bottle: the current directory cannot be read\n  cd to the project first\n",
        'claude-bottle: cannot read "LAB/refused/bottle.toml": permission denied\n',
        'claude-bottle: cannot make bottle "BOTTLE": smolvm says: config operation failed: --image: cannot read archive LAB/refused/./none: No such file or directory (os error 2)\n',
        'claude-bottle: cannot start bottle "BOTTLE": no space left on device\n  free some disk space, for example by claude-bottle rm\n',
        'claude-bottle: no space left on device for "LAB/full/claude-bottle/ledger.db"\n  free some disk space\n',
        'claude-bottle: cannot start bottle "BOTTLE": this machine has no usable /dev/kvm\n  enable virtualization in the firmware (and nested virtualization in a virtual machine)\n',
      ]);
      expect((await lab.machines()).map((machine) => machine.name)).toEqual([name]);
    },
    emulated,
  );

  test(
    "over https the guest holds a placeholder for the credential",
    async () => {
      const other = `mkdir -p $LAB/placeholder && cd $LAB/placeholder && export ANTHROPIC_API_KEY=${key} ANTHROPIC_BASE_URL=https://gateway.invalid`;
      const end = await booting(() =>
        lab.sh(`${other}; $cb exec -- sh -c 'echo $ANTHROPIC_API_KEY; cat ~/.claude.json'`),
      );
      expect(end).toMatchObject({ code: 0 });
      const [placeholder = "", config = ""] = end.stdout.split("\n");
      expect(placeholder).toMatch(/^SMOL_PLACEHOLDER_/);
      // Claude would ask whether to use a key that it does not know by its end.
      expect(JSON.parse(config).customApiKeyResponses.approved).toEqual([placeholder.slice(-20)]);
      expect(await lab.sh(`${other}; $cb rm --force`)).toMatchObject({ code: 0 });
    },
    emulated,
  );

  test(
    "rm says what is only in the machine, and by force leaves no machine and no record, and the project as it was",
    async () => {
      expect(await booting(() => lab.guest("echo kept > ~/kept"))).toMatchObject({ code: 0 });
      const refused = await lab.inProject("$cb rm");
      expect([refused.stdout, refused.code]).toEqual(["", 1]);
      expect(refused.stderr).toMatch(
        /^claude-bottle: 1 file is only in bottle ".*"\n {2}\/.*\/kept\n {2}copy what you want to keep/,
      );
      expect(await lab.inProject("$cb rm --force")).toEqual({
        stdout: "",
        stderr: `claude-bottle: removed bottle "${name}"\n`,
        code: 0,
      });
      expect(await lab.machines()).toEqual([]);
      expect(await lab.expectOk("$cb ls --json")).toBe("[]\n");
      expect((await lab.sh("pgrep -fc '[_]boot-vm'")).stdout).toBe("0\n");
      expect(await inside()).toBe(project);
    },
    emulated,
  );
});
