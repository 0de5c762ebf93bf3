import { describe, expect } from "bun:test";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { baseImage } from "../support/podman.ts";
import { onEngine, type Project, programs, usePodman } from "./stage.ts";

usePodman();

/** Without those of a test that was killed: all tests share the store of their engine. */
async function ownBottles(project: Project): Promise<{ directory: string }[]> {
  const { stdout } = await project.tool(["ls", "--json"]);
  return (JSON.parse(stdout) as { directory: string }[]).filter(({ directory }) => directory.startsWith("~/"));
}

onEngine(
  "podman",
  "a bottle is made by three calls before its session, started by three, and found running by none",
  `[bottle]\nimage = "${baseImage}"\n[network]\nmode = "off"`,
  async (project) => {
    const log = `${project.directory}/calls`;
    project.program("podman", `echo "$1" >>'${log}'\nexec ${Bun.which("podman")} "$@"`);
    const calls = async () => {
      writeFileSync(log, "");
      expect(await project.sh("echo in it")).toBe("in it\n");
      return readFileSync(log, "utf8").trim().split("\n");
    };
    // The first one also asks what the engine can do.
    expect((await calls()).sort()).toEqual(["container", "exec", "image", "info", "run"]);
    expect(await calls()).toEqual(["exec"]);
    await project.tool(["stop"]);
    expect(await calls()).toEqual(["container", "start", "exec", "exec"]);
    await project.tool(["rm", "--force"]);
    expect((await calls()).sort()).toEqual(["container", "exec", "image", "run"]);
  },
);

describe.each(programs)("%s", (program) => {
  const settings = `[bottle]\nimage = "${baseImage}"\n[network]\nmode = "off"`;
  const it = (title: string, work: Parameters<typeof onEngine>[3], own = settings) =>
    onEngine(program, title, own, work);

  it("a bottle is made, stopped, started again with what was in it, and removed", async (project) => {
    const made = `claude-bottle: creating bottle "cb-BOTTLE" (${program}, 2 cpus, 4096 MiB) from ${baseImage}\n`;
    const starting = 'claude-bottle: starting bottle "cb-BOTTLE"\n';
    const list = () => ownBottles(project);
    expect(await project.tool(["exec", "--", "sh", "-c", "pwd; echo kept >~/kept; exit 3"])).toEqual({
      stdout: "~/home/project\n",
      stderr: made + starting,
      code: 3,
    });
    expect(await project.tool(["exec", "--", "cat", "/proc/1/comm"])).toEqual({ stdout: "sh\n", stderr: "", code: 0 });
    expect(await list()).toMatchObject([
      { name: "cb-BOTTLE", backend: program, state: "running", directory: "~/home/project" },
    ]);
    expect(await project.tool(["stop"])).toMatchObject({ code: 0 });
    expect(await list()).toMatchObject([{ state: "stopped" }]);
    expect(await project.tool(["exec", "--", "sh", "-c", "cat ~/kept"])).toEqual({
      stdout: "kept\n",
      stderr: starting,
      code: 0,
    });
    expect(await project.tool(["rm"])).toMatchObject({ code: 1 });
    expect(await project.tool(["rm", "--force"])).toMatchObject({ code: 0 });
    expect(await list()).toEqual([]);
  });

  it("files made inside are the caller's outside, and the other way round", async (project) => {
    writeFileSync(`${project.project}/outside`, "from outside");
    await project.sh("cat outside >inside; chmod 640 inside");
    expect(readFileSync(`${project.project}/inside`, "utf8")).toBe("from outside");
    const { uid, mode } = statSync(`${project.project}/inside`);
    expect([uid, mode & 0o777]).toEqual([process.getuid?.() ?? 0, 0o640]);
  });

  it("has no network, no privileges and a limit, and reaps what is left to it", async (project) => {
    const zombies = "(sleep 0.1 &); sleep 0.3; grep -l 'State:.Z' /proc/[0-9]*/status || :";
    const script = `ls /sys/class/net; grep -E 'NoNewPrivs|CapBnd' /proc/self/status; ${zombies}`;
    expect(await project.sh(script)).toBe("lo\nCapBnd:\t00000000000000fb\nNoNewPrivs:\t1\n");
  });

  it(
    "is held to its cpus, its memory and a number of processes",
    async (project) => {
      const v1 = "cd /sys/fs/cgroup && cat cpu/cpu.cfs_quota_us memory/memory.limit_in_bytes pids/pids.max";
      const v2 = "cd /sys/fs/cgroup && cut -d' ' -f1 cpu.max && cat memory.max pids.max";
      const limits = await project.sh(`if [ -e /sys/fs/cgroup/cpu.max ]; then ${v2}; else ${v1}; fi`);
      expect(limits).toBe(`100000\n${512 * 1024 * 1024}\n4096\n`);
    },
    settings.replace("[bottle]", "[bottle]\ncpus = 1\nmemory = 512"),
  );

  it(
    "an image that cannot be had leaves nothing behind",
    async (project) => {
      const { stderr, code } = await project.tool(["exec", "--", "true"]);
      expect(code).toBe(1);
      expect(stderr).toContain(`claude-bottle: cannot fetch image "localhost:1/none:1" with ${program}\n  `);
      expect(stderr).toEndWith("  the whole output: ~/state/claude-bottle/logs/image.log\n");
      expect(await ownBottles(project)).toEqual([]);
    },
    settings.replace(baseImage, "localhost:1/none:1"),
  );

  // With its quotes, podman's service loses what a name with a colon and a comma needs.
  const odd = ["a b", "a,b\"c'd", "a\nb", "#{x} $(id) é;", "a:b", ...(program === "podman" ? ['a:b,c"d'] : [])];
  it("is at the same path in directories with odd names", async (project) => {
    for (const name of odd) {
      const cwd = `${project.project}/${name}`;
      mkdirSync(cwd);
      const { stdout } = await project.tool(["exec", "--", "sh", "-c", "pwd; touch made"], { cwd });
      expect(stdout).toBe(`~/home/project/${name}\n`);
      expect(statSync(`${cwd}/made`).isFile()).toBe(true);
      await project.tool(["rm"], { cwd });
    }
  });
});
