// What a bottle reaches and what it holds, on the real thing: over https to a stand-in of api.anthropic.com, by real smolvm's own list and
// its own placeholders, with the real Claude Code.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Arrival, internet } from "./internet.ts";
import { booting, emulated, Lab, newest, quote, whyNot } from "./lab.ts";
import { Pane } from "./pane.ts";

const reason = whyNot();
if (reason) console.log(`test/vm/network is skipped: ${reason}`);

const minute = 60_000;
const token = "sk-ant-oat01-the-real-token-of-the-host-0123456789";

afterAll(async () => {
  if (!reason) await Lab.down();
}, minute);

describe.skipIf(reason !== undefined)(`smolvm ${newest}`, () => {
  let lab: Lab;
  let arrivals: () => Promise<Arrival[]>;
  let subscribed: string;
  let name: string;

  const inProject = (script: string) => lab.sh(`${subscribed}${script}`);
  const inBottle = (script: string) => booting(() => inProject(`$cb exec -- sh -c ${quote(script)}`));
  /** The status of curl: 0 got an answer, 6 got no address, 7 was refused. The stand-in's authority is unknown in a bottle. */
  const reaches = async (...urls: string[]) =>
    (await inBottle(urls.map((url) => `curl -sk -m 10 ${url} >/dev/null; echo $?`).join("; "))).stdout;
  const denied = async () =>
    (JSON.parse((await inProject("$cb ls --denied --json")).stdout) as { bottle: string; target: string }[]).filter(
      ({ bottle }) => bottle === name,
    );

  beforeAll(async () => {
    lab = await Lab.up(newest, "network");
    arrivals = await internet(lab);
    await lab.expectOk(`rm ${quote(`${lab.project}/bottle.toml`)}`);
    subscribed = `cd ${quote(lab.project)} && export CLAUDE_CODE_OAUTH_TOKEN=${token}; `;
  }, 20 * minute);
  afterAll(async () => await lab?.clear(), 3 * minute);

  test(
    "the first run in a project asks nothing, and Claude answers with a credential that the bottle does not hold",
    async () => {
      // Status 1 is a microVM that died while it booted.
      await using pane = await Pane.open(
        lab,
        "first",
        `unset ANTHROPIC_BASE_URL ANTHROPIC_API_KEY; ${subscribed}for try in 1 2 3; do $cb; code=$?; [ $code = 1 ] || break; done; echo "rc=$code"`,
      );
      const seen = new Set<string>();
      await pane.until((screen) => seen.add(screen) && /^❯/m.test(screen), 4 * minute);
      expect([...seen].filter((screen) => /Enter to|Esc to|Press |Yes|❯ \d/.test(screen))).toEqual([]);
      await pane.type("hello wide world");
      await pane.press("Enter");
      await pane.until(/STUB: hello wide world/, 3 * minute);

      const [machine] = await lab.machines();
      name = machine?.name ?? "";
      const requests = await arrivals();
      expect(requests.map(({ path }) => path)).toContain("/v1/messages");
      expect(new Set(requests.map(({ credential }) => credential))).toEqual(new Set([token]));
      const held = await inBottle(
        'echo "$CLAUDE_CODE_OAUTH_TOKEN"; cat /proc/[0-9]*/environ | tr "\\0" "\\n" | grep -a ^CLAUDE_CODE_OAUTH | sort -u',
      );
      expect(held.stdout).toMatch(/^(SMOL_PLACEHOLDER_\w+)\nCLAUDE_CODE_OAUTH_TOKEN=\1\n$/);
      expect(await lab.expectOk("cat /proc/[0-9]*/cmdline | tr '\\0' '\\n'", "", "root")).not.toContain(token);
      const places = "$LAB/state $LAB/data $LAB/cache $LAB/config /tmp";
      expect(await lab.sh(`grep -rlF ${token} ${places}`)).toEqual({ stdout: "", stderr: "", code: 1 });
      expect((await inProject("$cb run --dry-run; $cb run --fresh --dry-run")).stdout).toMatch(
        /^(?!.*sk-ant-oat01).*--credential claude-code-oauth-token=CLAUDE_CODE_OAUTH_TOKEN@api\.anthropic\.com/s,
      );

      await pane.type("/exit");
      await pane.until(/^❯.*\/exit/m, minute);
      await pane.press("Enter");
      await pane.until(/^rc=0$/m, minute);
    },
    emulated,
  );

  test(
    "another host is refused and listed, and is reached once it is allowed, until the bottle is gone",
    async () => {
      const [host, other] = ["https://docs.example.org/", "https://other.example.org/"];
      expect(await reaches("https://api.anthropic.com/", host, "https://198.51.100.8/")).toBe("0\n6\n7\n");
      expect(await denied()).toMatchObject([{ target: "docs.example.org" }, { target: "198.51.100.8:443" }]);
      expect(await inProject("$cb allow docs.example.org")).toEqual({
        stdout: "",
        stderr: `claude-bottle: bottle "${name}" may reach "docs.example.org"\n`,
        code: 0,
      });
      expect(await reaches(host, other)).toBe("0\n6\n");
      expect(await inProject("$cb stop")).toMatchObject({ code: 0 });
      expect(await reaches(host, other)).toBe("0\n6\n");
    },
    emulated,
  );

  test(
    "a host that the project or the user allows is reached by bottles that are there and by new ones",
    async () => {
      const host = "https://docs.example.org/";
      expect(await booting(() => inProject("$cb rm --force; $cb run -- --version"))).toMatchObject({ code: 0 });
      expect(await reaches(host)).toBe("6\n");
      expect(await inProject("$cb allow docs.example.org --project && cat bottle.toml")).toEqual({
        stdout: '[network]\nhosts = ["docs.example.org"]\n',
        stderr: `claude-bottle: bottle "${name}" may reach "docs.example.org", added to "${lab.project}/bottle.toml"\n`,
        code: 0,
      });
      expect(await reaches(host)).toBe("0\n");
      await lab.expectOk(`rm ${quote(`${lab.project}/bottle.toml`)}`);
      expect(await inBottle("curl -sk -m 10 https://docs.example.org/; echo $?")).toEqual({
        stdout: "6\n",
        stderr: `claude-bottle: updated the allowed hosts of bottle "${name}": -docs.example.org\n`,
        code: 0,
      });
      expect(await inProject("$cb allow docs.example.org --always; $cb rm --force")).toMatchObject({ code: 0 });
      expect(await reaches(host)).toBe("0\n");
      expect(await inProject("$cb rm --force")).toMatchObject({ code: 0 });
    },
    emulated,
  );
});
