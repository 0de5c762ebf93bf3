// Bottles on an engine that does not see this machine's files: the project travels by copy. About a minute.
import { describe, expect } from "bun:test";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { baseImage } from "../support/podman.ts";
import { Screen } from "../support/screen.ts";
import { tool, until } from "../support/tool.ts";
import { minute, onEngineElsewhere, programs, usePodman, type Project } from "./stage.ts";

usePodman();

const settings = `[bottle]\nimage = "${baseImage}"\n[network]\nmode = "off"`;

describe.each(programs)("%s", (program) => {
  const it = (title: string, work: (project: Project) => Promise<void>, own = settings) =>
    onEngineElsewhere(program, title, own, work, 3 * minute);

  it("the project goes there whole, and what changed there comes home", async (project) => {
    const at = (name: string) => `${project.project}/${name}`;
    mkdirSync(at("a b/é/empty"), { recursive: true });
    writeFileSync(at("a b/new\nline"), "1");
    writeFileSync(at("tool"), "#!/bin/sh\n");
    chmodSync(at("tool"), 0o750);
    symlinkSync("a b", at("link"));
    writeFileSync(Buffer.concat([Buffer.from(`${project.project}/`), Buffer.from([0x61, 0xff])]), "bytes");
    writeFileSync(at("old"), "old");
    writeFileSync(at("both"), "as it was");
    const list = "find . ! -name . -printf '%M %P %l\\n' | LC_ALL=C sort";
    const here = Bun.spawnSync(["sh", "-c", list], { cwd: project.project }).stdout.toString();

    const first = await project.tool(["exec", "--", "sh", "-c", `pwd; ${list}`]);
    expect(first).toEqual({
      stdout: `~/home/project\n${here}`,
      stderr: `claude-bottle: creating bottle "cb-BOTTLE" (${program}, 2 cpus, 4096 MiB) from ${baseImage}, with a copy of the project\nclaude-bottle: starting bottle "cb-BOTTLE"\nclaude-bottle: copying the project into bottle "cb-BOTTLE"\n`,
      code: 0,
    });

    await project.sh(`rm old; echo made >>"a b/é/made"; chmod 700 tool; ln -sfn tool link; mkdir d && echo x >d/x`);
    expect(existsSync(at("old"))).toBe(false);
    expect(readFileSync(at("a b/é/made"), "utf8")).toBe("made\n");
    expect([lstatSync(at("tool")).mode & 0o777, readlinkSync(at("link")), readFileSync(at("d/x"), "utf8")]).toEqual([
      0o700,
      "tool",
      "x\n",
    ]);
    expect(lstatSync(at("d/x")).uid).toBe(process.getuid?.() ?? 0);

    const dry = (await project.tool(["exec", "--dry-run", "--", "true"])).stdout.trimEnd().split("\n");
    expect(dry.map((line) => /sh (list|pack|remove|unpack) |true$/.exec(line)?.[0].trim())).toEqual(
      ["sh list", "sh pack", "sh remove", "sh unpack", "true", "sh list", "sh pack", "sh remove", "sh unpack"],
    ); // prettier-ignore

    writeFileSync(at("mine"), "from here\n");
    rmSync(at("d"), { recursive: true });
    writeFileSync(at("d"), "no directory any more\n");
    expect(await project.sh("cat mine d")).toBe("from here\nno directory any more\n");
  });

  it("work that is only in the copy outlives its record, and another engine's gc", async (project) => {
    const gc = async (env: Record<string, string | undefined>) => (await project.run(["gc", "--yes"], { env })).stdout;
    await project.sh("true");
    // Behind our back, as a sync that was cut off leaves it.
    const engine = (words: string[]) =>
      Bun.spawnSync([program, ...words], { env: { ...process.env, ...project.env } }).stdout.toString();
    const label = `label=claude-bottle.directory=${encodeURIComponent(project.project)}`;
    const name = engine(["ps", "--filter", label, "--format", "{{.Names}}"]).trim();
    engine(["exec", name, "sh", "-c", `echo a day of work >'${project.project}/work'`]);
    const here = { CONTAINER_HOST: undefined, DOCKER_HOST: project.env.DOCKER_HOST?.replace("elsewhere", "podman") };
    expect(await gc(here)).not.toContain("record");
    rmSync(`${project.directory}/state`, { recursive: true });
    const { stderr, code } = await project.run(["rm"]);
    expect([code, stderr]).toEqual([0, expect.stringContaining("removed bottle")]);
    expect(readFileSync(`${project.project}/work`, "utf8")).toBe("a day of work\n");
  });

  it("what changed on both sides is told, left alone, and settled by choosing a side", async (project) => {
    const file = `${project.project}/both`;
    writeFileSync(file, "as it was\n");
    await project.sh("true");
    const script =
      "echo the bottle >both; echo same >same; touch done /tmp/there; while [ ! -e /tmp/go ]; do sleep 0.05; done";
    const racing = project.start(["exec", "--", "sh", "-c", script]);
    // `cp` is no session, and so carries nothing else.
    await until(async () => (await project.tool(["cp", ":/tmp/there", `${project.directory}/there`])).code === 0);
    writeFileSync(file, "the host\n");
    writeFileSync(`${project.project}/same`, "same\n");
    await project.tool(["cp", `${project.directory}/there`, ":/tmp/go"]);
    const told =
      'claude-bottle: warning: conflict, left unchanged on both sides: "both"\n  resolve it with claude-bottle sync --keep host, or --keep bottle\n';
    expect(await project.finish(racing)).toEqual({ stdout: "", stderr: told, code: 0 });
    expect([readFileSync(file, "utf8"), existsSync(`${project.project}/done`)]).toEqual(["the host\n", true]);
    expect(await project.tool(["sync"])).toEqual({ stdout: "", stderr: told, code: 1 });
    expect(await project.tool(["rm"])).toEqual({
      stdout: "",
      stderr:
        'claude-bottle: bottle "cb-BOTTLE" and the project changed the same files: "both"\n  resolve it with claude-bottle sync --keep host, or --keep bottle; rm --force loses the bottle\'s changes\n',
      code: 1,
    });
    expect(await project.tool(["sync", "--keep", "bottle"])).toEqual({
      stdout: "",
      stderr:
        'claude-bottle: pulled from the bottle: "both"\nclaude-bottle: project and bottle "cb-BOTTLE" are in sync\n',
      code: 0,
    });
    expect(readFileSync(file, "utf8")).toBe("the bottle\n");
    expect(await project.tool(["rm"])).toMatchObject({ code: 0 });
  });
});

onEngineElsewhere(
  "podman",
  "a bottle whose programs lie reads nothing of this machine, and writes nothing beside the project",
  settings,
  async (project) => {
    const at = (name: string) => `${project.project}/${name}`;
    const secret = `${project.directory}/secret`;
    mkdirSync(at("d"));
    mkdirSync(secret);
    writeFileSync(at("d/known"), "");
    writeFileSync(`${secret}/id_rsa`, "TOPSECRET");
    const lie = (name: string, script: string) =>
      `printf '#!/bin/sh\\n%s\\n' '${script}' >/usr/local/bin/${name}; chmod +x /usr/local/bin/${name}; `;
    await project.sh("true");
    const link = `mkdir -p /tmp/x; ln -sfn ${secret} /tmp/x/d; exec /bin/tar -C /tmp/x -cf - ./d`;
    await project.tool(["exec", "--", "sh", "-c", `${lie("tar", link)} echo >d/id_rsa`]);
    await project.tool(["sync"]);
    expect([lstatSync(at("d")).isDirectory(), existsSync(at("d/id_rsa"))]).toEqual([true, false]);
    expect(await project.sh("cat d/id_rsa; rm /usr/local/bin/tar")).toBe("\n");

    // Files of this machine would be written through this link.
    await project.sh("rm -r d && ln -s ../../secret d");
    expect(readlinkSync(at("d"))).toBe("../../secret");
    rmSync(at("d"));
    symlinkSync(secret, at("d"));
    await project.sh("rm -rf d; mkdir d; echo evil >d/id_rsa");
    expect(readFileSync(`${secret}/id_rsa`, "utf8")).toBe("TOPSECRET");

    await project.tool(["exec", "--", "sh", "-c", lie("base64", "exec yes")]);
    expect((await project.tool(["sync"])).stderr).toContain("printed more than 32 MiB");
    // Of this one nothing comes, so it can only be ended.
    writeFileSync(`${project.directory}/base64`, "#!/bin/sh\necho >/tmp/hangs; exec sleep 1000\n", { mode: 0o755 });
    await project.tool(["cp", `${project.directory}/base64`, ":/usr/local/bin/base64"]);
    const syncing = project.start(["sync"]);
    await until(async () => (await project.tool(["cp", ":/tmp/hangs", `${project.directory}/hangs`])).code === 0);
    syncing.kill("SIGTERM");
    expect((await project.finish(syncing)).code).toBe(143);
  },
  3 * minute,
);

onEngineElsewhere(
  "docker",
  "ls and run say that it is a copy; docker's own contexts lead there too; nothing comes home that nobody made",
  settings,
  async (project) => {
    const { DOCKER_HOST = "", ...env } = project.env;
    const docker = (...words: string[]) => Bun.spawnSync(["docker", ...words], { env });
    docker("context", "create", "far", "--docker", `host=${DOCKER_HOST}`);
    docker("context", "use", "far");
    const there = { env: { DOCKER_HOST: undefined } };
    project.program("claude", "exit 1");
    const run = await project.tool(["run", "--", "--version"], there);
    expect(run.stderr).toContain(
      "claude-bottle: the bottle is on another machine: the session works on a copy of the project, and changes are pulled at its end\n",
    );
    expect((await project.tool(["ls"], there)).stdout).toContain("~/home/project (a copy)\n");
    expect(await project.tool(["sync"], there)).toEqual({
      stdout: "",
      stderr: 'claude-bottle: project and bottle "cb-BOTTLE" are in sync\n',
      code: 0,
    });
    expect(await project.tool(["rm"], there)).toMatchObject({ code: 0 });
  },
  3 * minute,
);

onEngineElsewhere(
  "docker",
  "what cannot travel is refused before anything is made",
  settings,
  async (project) => {
    const env = { ANTHROPIC_BASE_URL: "http://127.0.0.1:8080" };
    project.settings(settings.replace("[bottle]", '[bottle]\nbackend = "docker"').replace("off", "open"));
    expect(await project.tool(["exec", "--", "true"], { env })).toEqual({
      stdout: "",
      stderr:
        "claude-bottle: docker's engine is on another machine, and this machine's loopback, where ANTHROPIC_BASE_URL or host-ports lead, cannot be reached from it\n  set ANTHROPIC_BASE_URL to an address that the engine's machine reaches, and remove host-ports\n",
      code: 1,
    });
    // Other tests may have theirs there.
    expect((await project.tool(["ls", "--json"])).stdout).not.toContain("~/home/project");
  },
  minute,
);

onEngineElsewhere(
  "podman",
  "what prepares a bottle finds the project in it",
  settings,
  async (project) => {
    writeFileSync(`${project.project}/lock`, "of the project\n");
    project.settings(
      `${settings.replace("[bottle]", '[bottle]\nbackend = "podman"')}\n[[provision.commands]]\nrun = "cp lock ~/prepared; echo by it >made"\n`,
    );
    expect(await project.sh("cat ~/prepared")).toBe("of the project\n");
    expect(readFileSync(`${project.project}/made`, "utf8")).toBe("by it\n");
  },
  2 * minute,
);

onEngineElsewhere(
  "podman",
  "what a session on a terminal changed comes home with its end, and is named",
  settings,
  async (project) => {
    await project.sh("true");
    await using screen = new Screen([...tool, "shell", "--", "sh", "-c", "echo x >from-there; exit 3"], {
      cwd: project.project,
      env: project.env,
      columns: 100,
      rows: 30,
    });
    await screen.until('claude-bottle: pulled from the bottle: "from-there"', minute);
    expect(await screen.process.exited).toBe(3);
    expect(readFileSync(`${project.project}/from-there`, "utf8")).toBe("x\n");
  },
  2 * minute,
);
