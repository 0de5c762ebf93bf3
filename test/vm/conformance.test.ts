// The conformance suite's own table of cases, on a real smolvm in the emulated machine. The cases share one bottle where they can: making
// one takes half a minute there.
import { afterAll, beforeAll, describe, test } from "bun:test";
import { attacks } from "../conformance/attacks.ts";
import { cases } from "../conformance/cases.ts";
import type { Place } from "../conformance/place.ts";
import { booting, emulated, Lab, newest, whyNot } from "./lab.ts";

const reason = whyNot();
if (reason) console.log(`test/vm/conformance is skipped: ${reason}`);

const minute = 60_000;

afterAll(async () => {
  if (!reason) await Lab.down();
}, minute);

describe.skipIf(reason !== undefined)(`smolvm ${newest}`, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.up(newest, "conformance");
    await lab.expectOk("ln -s $KIT/claude-bottle $LAB/bin/ && mkdir -p $LAB/home/project");
  }, 20 * minute);
  afterAll(async () => await lab?.clear(), 3 * minute);

  for (const { title, settings = "", fresh = false, work } of [...cases, ...attacks])
    test(
      title,
      async () => {
        await using place = await placeIn(lab, settings, fresh);
        await work(place);
      },
      emulated,
    );
});

/** The lab's one project, empty, with the bottle of the case before, or with none. */
async function placeIn(lab: Lab, settings: string, fresh: boolean): Promise<Place> {
  const inProject = "export HOME=$LAB/home; cd ~/project; ";
  const plain = (text: string) => text.replaceAll(lab.home, "~").replace(/cb-[a-z0-9-]*[0-9a-f]{10}/g, "cb-BOTTLE");
  const sh = async (script: string, stdin?: string) => {
    const { stdout, stderr, code } = await booting(() => lab.sh(inProject + script, stdin));
    const text = stdout.replace(/SMOL_PLACEHOLDER_\w+/, "a placeholder");
    return { stdout: plain(text), stderr: plain(stderr), code };
  };
  const remove = () => sh("claude-bottle rm --force");
  await lab.expectOk(
    `${inProject}find . -mindepth 1 -delete && : > bottle.toml && cat > $XDG_CONFIG_HOME/claude-bottle/config.toml`,
    `[bottle]\nbackend = "smolvm"\nimage = "${lab.image}"\ncpus = 1\nmemory = 2048\n[network]\nmode = "off"\n${settings}`,
  );
  if (fresh) await remove();
  else await sh("claude-bottle exec -- true");
  return {
    credential: "a placeholder",
    sh,
    terminal: (script, size) => lab.terminal(inProject + script, size),
    [Symbol.asyncDispose]: async () => void (fresh && (await remove())),
  };
}
