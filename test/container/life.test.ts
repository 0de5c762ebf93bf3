import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { baseImage, Podman, whyNoDocker, whyNoPodman } from "../support/podman.ts";
import { Home } from "../support/tool.ts";

const minute = 60_000;
const reasons = { podman: whyNoPodman(), docker: whyNoDocker() };
for (const [program, reason] of Object.entries(reasons)) if (reason) console.log(`${program} skipped: ${reason}`);

let podman: Podman;
beforeAll(async () => {
  if (reasons.podman) return;
  podman = await Podman.up();
  if (!reasons.docker) await podman.serve();
}, 5 * minute);
afterAll(async () => await podman?.[Symbol.asyncDispose]());

describe.each(["podman", "docker"] as const)("%s", (program) => {
  /** A project whose bottle is gone with it. */
  async function inProject(
    work: (home: Home, tool: (...args: string[]) => ReturnType<Home["run"]>) => Promise<void>,
  ): Promise<void> {
    using home = new Home();
    home.manifest(`[bottle]\nimage = "${baseImage}"\nbackend = "${program}"\n[network]\nmode = "off"\n`);
    const tool = (...args: string[]) => home.run(args, { env: podman.env });
    try {
      await work(home, tool);
    } finally {
      await tool("rm", "--force");
    }
  }
  const it = (title: string, work: Parameters<typeof inProject>[0]) =>
    test.skipIf(reasons[program] !== undefined)(title, () => inProject(work), minute);

  it("a bottle is made, stopped, started again with what was in it, and removed", async (home, tool) => {
    const made = `claude-bottle: making bottle "cb-BOTTLE" (${program}, 2 cpus, 4096 MiB) from ${baseImage}\n`;
    const starting = 'claude-bottle: starting bottle "cb-BOTTLE"\n';
    expect(await tool("exec", "--", "sh", "-c", "pwd; echo kept >~/kept; exit 3")).toEqual({
      stdout: "~/home/project\n",
      stderr: made + starting,
      code: 3,
    });
    expect(await tool("exec", "--", "cat", "/proc/1/comm")).toEqual({ stdout: "sh\n", stderr: "", code: 0 });
    const [bottle] = JSON.parse((await tool("ls", "--json")).stdout);
    expect(bottle).toMatchObject({ backend: program, state: "running", directory: "~/home/project" });
    expect(await tool("stop")).toMatchObject({ code: 0 });
    expect(JSON.parse((await tool("ls", "--json")).stdout)).toMatchObject([{ state: "stopped" }]);
    expect(await tool("exec", "--", "sh", "-c", "cat ~/kept")).toEqual({ stdout: "kept\n", stderr: starting, code: 0 });
    expect(await tool("rm")).toMatchObject({ code: 0 });
    expect((await tool("ls", "--json")).stdout).toBe("[]\n");
    expect(home.plain(JSON.stringify(bottle))).toContain("cb-BOTTLE");
  });

  it("files made inside are the caller's outside, and the other way round", async (home, tool) => {
    writeFileSync(`${home.project}/outside`, "from outside");
    await tool("exec", "--", "sh", "-c", "cat outside >inside; chmod 640 inside");
    expect(readFileSync(`${home.project}/inside`, "utf8")).toBe("from outside");
    const { uid, mode } = statSync(`${home.project}/inside`);
    expect([uid, mode & 0o777]).toEqual([process.getuid?.() ?? 0, 0o640]);
  });

  it("has no network, no privileges and a limit, and reaps what is left to it", async (_, tool) => {
    const script =
      "ls /sys/class/net; grep -E 'NoNewPrivs|CapBnd' /proc/self/status; (sleep 0.1 &); sleep 0.3; grep -l 'State:.Z' /proc/[0-9]*/status";
    expect((await tool("exec", "--", "sh", "-c", script)).stdout).toBe(
      "lo\nCapBnd:\t00000000000000fb\nNoNewPrivs:\t1\n",
    );
  });

  it("an image that cannot be had leaves nothing behind", async (home, tool) => {
    home.manifest(`[bottle]\nimage = "localhost:1/none:1"\nbackend = "${program}"\n[network]\nmode = "off"\n`);
    const { stderr, code } = await tool("exec", "--", "true");
    expect(code).toBe(1);
    expect(stderr).toEndWith(
      `claude-bottle: cannot fetch image "localhost:1/none:1" with ${program}\n  try it yourself: ${program} pull localhost:1/none:1\n`,
    );
    expect((await tool("ls", "--json")).stdout).toBe("[]\n");
  });
});
