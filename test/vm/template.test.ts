// The template of a real smolvm: built, saved, and started from.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { claudeCode } from "../../src/guest/claude-code.ts";
import { booting, emulated, Lab, newest, quote, whyNot } from "./lab.ts";

const reason = whyNot();
if (reason) console.log(`test/vm/template is skipped: ${reason}`);

const minute = 60_000;
const version = `${claudeCode.version} (Claude Code)`;
const base = "docker.io/library/node:22-bookworm-slim";

/** No registry can be had in the emulated machine: the default base is an archive there. Of its memory the helper that saves wants half. */
const shim = `#!/bin/bash
export SMOLVM_EXPORT_HELPER_MEMORY_MIB=1024
words=()
for word; do [ "$word" != ${base} ] || word=$LAB/base.tar; words+=("$word"); done
exec $LAB/bin/smolvm "\${words[@]}"
`;
const settings = `[bottle]
backend = "smolvm"
cpus = 1
memory = 1024
[template]
setup = "echo setting up; echo mine >/opt/mine; chmod 600 /opt/mine"
`;

afterAll(async () => {
  if (!reason) await Lab.down();
}, minute);

describe.skipIf(reason !== undefined)(`smolvm ${newest}`, () => {
  let lab: Lab;
  const bare = "export PATH=$LAB/shim:$PATH XDG_CONFIG_HOME=$LAB/bare; ";
  /** `exec` in a project that names no image. */
  const exec = async (project: string, script: string) => {
    const end = await booting(() =>
      lab.sh(`${bare}mkdir -p $LAB/${project} && cd $LAB/${project} && $cb exec -- sh -c ${quote(script)}`),
    );
    return { ...end, stderr: end.stderr.replace(/cb-(\w+)-[0-9a-f]{10}/g, "cb-$1") };
  };
  const making = (project: string) =>
    `claude-bottle: creating bottle "cb-${project}" (smolvm, 1 cpus, 1024 MiB) from the template\nclaude-bottle: starting bottle "cb-${project}"\n`;

  beforeAll(async () => {
    lab = await Lab.up(newest, "template");
    await lab.expectOk("mkdir -p $LAB/shim && cat >$LAB/shim/smolvm && chmod +x $LAB/shim/smolvm", shim);
    await lab.expectOk("mkdir -p $LAB/bare/claude-bottle && cat >$LAB/bare/claude-bottle/config.toml", settings);
    const root = `${lab.share}/smolvm/${newest}/agent-rootfs.tar`;
    await lab.expectOk(`python3 $KIT/base.py ${root} ${quote(version)} $LAB/base.tar`);
  }, 20 * minute);
  afterAll(async () => await lab?.clear(), 3 * minute);

  test(
    "the first bottle builds it, and the next one starts from it, with owners and modes as they were",
    async () => {
      await lab.expectOk(
        `${bare}for project in first next; do mkdir -p $LAB/$project && cd $LAB/$project && $cb rm --force; done; rm -rf $XDG_CACHE_HOME/claude-bottle`,
      );
      const look = 'claude --version; stat -c "%u %a %n" /opt/*; cat /opt/mine';
      const seen = `${version}\n0 600 /opt/mine\n1234 4711 /opt/someones\n`;
      const mayNotRead = "cat: can't open '/opt/mine': Permission denied\n";
      expect(await exec("first", look)).toEqual({
        stdout: seen,
        stderr: `claude-bottle: building the template with smolvm, once for all bottles\nclaude-bottle: template 1/5: base image ${base}\nclaude-bottle: template 4/5: setup commands\nclaude-bottle: template 5/5: saving\n${making("first")}${mayNotRead}`,
        code: 1,
      });
      expect(await exec("next", look)).toEqual({ stdout: seen, stderr: `${making("next")}${mayNotRead}`, code: 1 });

      expect((await lab.machines()).map(({ name }) => name.replace(/-[0-9a-f]+$/, ""))).toEqual([
        "cb-first",
        "cb-next",
      ]);
      expect(await lab.sh(`${bare}$cb gc`)).toEqual({
        stdout: "",
        stderr: "claude-bottle: there is nothing to remove\n",
        code: 0,
      });
      // What comes from the template is not what would be lost with a bottle.
      expect(await lab.sh(`${bare}cd $LAB/first && $cb rm && cd $LAB/next && $cb rm`)).toMatchObject({ code: 0 });
      expect(await lab.sh(`${bare}$cb gc --yes; ls -A $XDG_CACHE_HOME/claude-bottle/smolvm`)).toMatchObject({
        stdout: expect.stringMatching(/^WHAT .*\nimage .*\n$/),
        code: 0,
      });
    },
    emulated,
  );
});
