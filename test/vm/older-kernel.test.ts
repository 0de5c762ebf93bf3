// landlock on a kernel of 2022: Debian 12's own knows Landlock by ABI 2.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { emulated, Lab, newest, whyNot } from "./lab.ts";

const reason = whyNot();
if (reason) console.log(`test/vm/older-kernel is skipped: ${reason}`);

const minute = 60_000;

afterAll(async () => {
  if (!reason) await Lab.down();
}, minute);

describe.skipIf(reason !== undefined)("landlock on an older kernel", () => {
  let lab: Lab;
  const inLandlock = (script: string) => lab.sh(`export XDG_CONFIG_HOME=$LAB/older-config; cd $LAB/older && ${script}`);
  beforeAll(async () => {
    lab = await Lab.up(newest, "older");
    await lab.expectOk(
      "mkdir -p $LAB/older $LAB/older-config/claude-bottle && echo a-secret >$LAB/secret && cat >$LAB/older-config/claude-bottle/config.toml",
      'bottle.backend = "landlock"\nnetwork.mode = "off"\nagents.claude.command = "true"\n',
    );
  }, 20 * minute);
  afterAll(async () => await lab?.clear(), 3 * minute);

  test(
    "holds, and says what this kernel cannot refuse",
    async () => {
      const tries = `echo own >made; mkdir there; mv made there/made; cat there/made
cat "$1"; ( : >"$1" ); truncate -s 0 "$1"; echo >"$1.new"; mv "$1" stolen; kill -KILL -1; echo here`;
      const { stdout } = await inLandlock(`$cb exec -- sh -c '${tries}' sh $LAB/secret`);
      expect([stdout, await lab.expectOk("cat $LAB/secret; ls $LAB/secret*")]).toEqual([
        "own\nhere\n",
        `a-secret\n${lab.home}/secret\n`,
      ]);
      const { stderr, code } = await inLandlock("$cb run");
      expect([stderr.split("\n")[0], code]).toEqual([
        expect.stringContaining("this kernel's Landlock (ABI 2) cannot keep a bottle from signalling your processes"),
        0,
      ]);
      await inLandlock("$cb rm --force");
    },
    emulated,
  );
});
