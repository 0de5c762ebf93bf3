import { afterEach, describe, expect, test } from "bun:test";
import { closeSync, openSync, rmSync } from "node:fs";
import { whyNoBubblewrap } from "../support/bubblewrap.ts";
import { whyNoLandlock } from "../support/landlock.ts";
import { Screen } from "../support/screen.ts";
import { Home, tool } from "../support/tool.ts";

/** bubblewrap's command line, without a sandbox. */
const bwrap =
  'while [ "$1" != -- ]; do [ "$1" = --version ] && exec echo bubblewrap 0.8.0; [ $# -gt 1 ] || exit 0; shift; done; shift; exec "$@"';
const noBoot = "agent operation failed: start machine: libkrun detail: build microVM: KvmContext(KvmOpen(Error(13)))";
const smolvmReason = "smolvm, which runs the microVMs, is not installed\n  install it: curl -sSL https://smolmachines.com/install.sh | bash"; // prettier-ignore

const canOpenKvm = (() => {
  try {
    closeSync(openSync("/dev/kvm", "r+"));
    return true;
  } catch {
    return false;
  }
})();
if (!canOpenKvm) console.log("a /dev/kvm that boots nothing, skipped: this machine has none that may be opened");

if (whyNoBubblewrap) console.log(`what is put into bubblewrap, skipped: ${whyNoBubblewrap}`);

let home: Home;
/** A machine with nothing but what a test puts into its PATH, and a user without wishes. */
function bareMachine(...programs: string[]): Home {
  home = new Home();
  home.settings('network.mode = "open"\n');
  home.manifest("");
  if (!programs.includes("smolvm")) rmSync(`${home.bin}/smolvm`);
  if (programs.includes("bwrap")) home.program("bwrap", bwrap);
  for (const name of [
    "stty",
    "sh",
    "mkdir",
    "mkfifo",
    "rm",
    "sed",
    "grep",
    "tail",
    "cat",
    "tty",
    "true",
    "echo",
    "sleep",
    "bun",
  ])
    home.program(name, `exec ${Bun.which(name) ?? process.execPath} "$@"`);
  return home;
}
const bare = () => ({ PATH: home.bin });
afterEach(() => home[Symbol.dispose]());

describe.skipIf(process.platform !== "linux")("a bottle that asks for no backend", () => {
  test("is refused where there is none, with each one's reason", async () => {
    bareMachine();
    // bwrap is also looked for where it always is, and Landlock is part of most kernels.
    const reason =
      whyNoBubblewrap === undefined
        ? /\n {2}bubblewrap can: namespaces, not a VM/
        : whyNoLandlock === undefined
          ? /\n {2}landlock can: access rules, not a VM/
          : /\n {2}bubblewrap: bubblewrap is not installed/;
    const { stdout, stderr, code } = await home.run(["exec", "--", "true"], { env: bare() });
    expect([stdout, code]).toEqual(["", 1]);
    expect(stderr).toContain(`\n  smolvm: ${smolvmReason.replace("\n", "\n  ")}\n  docker: docker is not installed\n`);
    expect(stderr).toMatch(reason);
  });

  test("is not put into bubblewrap unasked", async () => {
    bareMachine("bwrap");
    const { stderr, code } = await home.run(["exec", "--", "true"], { env: bare() });
    expect([stderr.split("\n")[0], ...stderr.trimEnd().split("\n").slice(-2), code]).toEqual([
      "claude-bottle: no microVM and no container can run here",
      expect.stringContaining("  bubblewrap can: namespaces, not a VM: sessions share this machine's kernel"),
      "  to use it: claude-bottle run --accept-weaker",
      1,
    ]);
    expect(await home.run(["exec", "--", "true"], { env: bare() })).toMatchObject({ code: 1 });
  });

  test.skipIf(whyNoBubblewrap !== undefined)(
    "is put into bubblewrap after one yes, which is remembered",
    async () => {
      bareMachine("bwrap");
      home.program("bwrap", `exec ${Bun.which("bwrap")} "$@"`);
      const answer = async (key: string) => {
        await using screen = new Screen([...tool, "shell", "--", "sh", "-c", "echo inside"], {
          cwd: home.project,
          env: { ...home.env, ...bare() },
        });
        await screen.until("from now on? [y/N]");
        screen.press(`${key}\r`);
        return { code: await screen.process.exited, text: await screen.until(/no bottle was created|^inside/m) };
      };
      expect(await answer("n")).toMatchObject({ text: expect.stringContaining("no bottle was created"), code: 130 });
      expect(await answer("y")).toMatchObject({ text: expect.stringContaining("inside"), code: 0 });
      await home.run(["rm"], { env: bare() });
      expect(await home.run(["exec", "--", "echo", "again"], { env: bare() })).toMatchObject({
        stdout: "again\n",
        code: 0,
      });
    },
    20_000,
  );

  test.skipIf(whyNoLandlock !== undefined)("is put into landlock where bubblewrap fails, after one yes that settles the network too", async () => {
    bareMachine();
    home.settings("");
    home.program("bwrap", "exit 1");
    const answer = async (key: string) => {
      await using screen = new Screen([...tool, "shell", "--", "sh", "-c", "echo in$((1 + 1))"], {
        cwd: home.project,
        env: { ...home.env, ...bare() },
      });
      await screen.until(/landlock can: [^?]*reach all[^?]*Use landlock/);
      await screen.until("Use landlock on this machine from now on?");
      screen.press(key);
      return { code: await screen.process.exited, text: await screen.until(/no bottle was created|^in2/m) };
    };
    expect(await answer("n\r")).toMatchObject({ code: 130 });
    expect(await answer("y\r")).toMatchObject({ code: 0 });
    await home.run(["rm"], { env: bare() });
    expect(await home.run(["exec", "--", "echo", "again"], { env: bare() })).toMatchObject({ stdout: "again\n", code: 0 });
    await home.run(["rm"], { env: bare() });
    home.settings('[network]\nhosts = ["example.com"]\n');
    expect((await home.run(["exec", "--", "true"], { env: bare() })).stderr).toStartWith("claude-bottle: landlock cannot enforce an allowlist");
  }, 20_000); // prettier-ignore

  test.skipIf(whyNoLandlock !== undefined)("is put into landlock by a flag, and without a terminal", async () => {
    bareMachine();
    home.settings('[agents.claude]\ncommand = "true"\n');
    home.program("bwrap", "exit 1");
    expect(await home.run(["run", "--accept-weaker"], { env: bare() })).toMatchObject({ code: 0 });
    expect(await home.run(["exec", "--", "echo", "again"], { env: bare() })).toMatchObject({ stdout: "again\n", code: 0 });
  }); // prettier-ignore

  test("passes over the other smolvm, a Python script", async () => {
    bareMachine("bwrap");
    Bun.write(`${home.bin}/smolvm`, "#!/usr/bin/env python3\nfrom smolvm.cli import main\nmain()\n");
    Bun.spawnSync(["chmod", "+x", `${home.bin}/smolvm`]);
    const { stderr } = await home.run(["exec", "--", "true"], { env: bare() });
    expect(stderr).toContain('\n  smolvm: "~/bin/smolvm" is another program that is also called smolvm\n');
  });

  test.skipIf(!canOpenKvm)("finds out once that no microVM boots", async () => {
    bareMachine("smolvm", "bwrap");
    home.manifest(`[bottle]\nimage = "/images/claude"\n`);
    const env = { ...bare(), FAKE_SMOLVM_FAIL_start: noBoot };
    const words = "/dev/kvm is there, but no microVM boots on it: KvmContext(KvmOpen(Error(13)))";
    const first = await home.run(["exec", "--", "true"], { env });
    expect(first.stderr).toContain(
      `claude-bottle: warning: smolvm: ${words}\nclaude-bottle: no microVM and no container can run here\n`,
    );
    expect(home.verbs().filter((verb) => verb === "create" || verb === "delete")).toEqual(["create", "delete"]);
    const asked = home.calls().length;
    const second = await home.run(["exec", "--", "true"], { env });
    expect([second.stderr.includes(`\n  smolvm: ${words}\n`), home.calls().length - asked]).toEqual([true, 0]);
    // Another smolvm may be able to.
    home.program("smolvm", `cd / && exec bun ${import.meta.dir}/../support/fake-smolvm.ts "$@" # newer`);
    expect(await home.run(["exec", "--", "true"], { env: bare() })).toMatchObject({ code: 0 });
  });
});

test("a bottle stays on the backend that it was made on", async () => {
  home = new Home();
  await home.run(["exec", "--", "true"]);
  home.settings("");
  expect(await home.run(["exec", "--", "echo", "here"])).toEqual({ stdout: "here\n", stderr: "", code: 0 });
  const { stderr, code } = await home.run(["run", "--backend", "podman"]);
  expect([stderr, code]).toEqual([
    'claude-bottle: bottle "cb-BOTTLE" uses smolvm and cannot move to podman\n  remove it first: claude-bottle rm cb-BOTTLE\n',
    1,
  ]);
});

test("one's own default backend is for new bottles, a project's is a demand", async () => {
  home = new Home();
  await home.run(["exec", "--", "true"]);
  home.settings('bottle.backend = "bubblewrap"\n');
  for (const words of [["exec", "--", "echo", "here"], ["allow", "x.example"], ["ls"]])
    expect(await home.run(words)).toMatchObject({ code: 0 });
  home.manifest('[bottle]\nbackend = "bubblewrap"\n');
  expect((await home.run(["exec", "--", "true"])).stderr).toContain("uses smolvm and cannot move to bubblewrap");
});
