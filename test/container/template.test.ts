// How a template comes to be, and an image of the user's, on an engine that nobody else uses and from a base with a made-up npm. About 30 s.
import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { endProcesses, findProcesses } from "../../src/system/process.ts";
import { busyboxRoot, whyNoBusybox } from "../support/busybox.ts";
import { Podman, whyNoDocker, whyNoPodman } from "../support/podman.ts";
import { Screen } from "../support/screen.ts";
import { Home, tool, until } from "../support/tool.ts";

const minute = 60_000;
const reasons = { podman: whyNoPodman() ?? whyNoBusybox(), docker: whyNoDocker() ?? whyNoBusybox() };
for (const [program, reason] of Object.entries(reasons)) if (reason) console.log(`${program} is skipped: ${reason}`);
const podman = reasons.podman === undefined ? Podman.alone() : undefined;
afterAll(async () => await podman?.[Symbol.asyncDispose]());

const base = "localhost/test/base:1";
const building = /building the template with/;
const npm = `#!/bin/sh
[ "$1" != root ] || exec echo /usr/lib
for package; do :; done
directory=/usr/lib/\${package%@*}
mkdir -p "$directory"
printf '#!/bin/sh\\necho "made-up claude"\\n' >"$directory/claude"
chmod +x "$directory/claude"
`;

/** Two projects of one user, whose template is made from the base. */
class Projects extends Home {
  readonly other = `${this.directory}/home/other`;
  readonly #program: string;
  readonly root = busyboxRoot(`${this.directory}/root`);

  constructor(program: string) {
    super();
    this.#program = program;
    mkdirSync(this.other);
    for (const directory of [this.project, this.other]) writeFileSync(`${directory}/bottle.toml`, "");
    mkdirSync(`${this.root}/usr/bin`, { recursive: true });
    for (const name of ["git", "rg", "curl", "ssh", "npm"]) {
      writeFileSync(`${this.root}/usr/bin/${name}`, npm);
      chmodSync(`${this.root}/usr/bin/${name}`, 0o755);
    }
    for (const directory of ["etc/ssl/certs", "usr/local/bin"])
      mkdirSync(`${this.root}/${directory}`, { recursive: true });
    writeFileSync(`${this.root}/etc/ssl/certs/ca-certificates.crt`, "");
  }

  override get env() {
    return { ...super.env, ...podman?.env, PATH: `${super.env.PATH}:/usr/sbin:/sbin` };
  }

  /** Under the same name another one, with that file in it. */
  async makeBase(file = "first"): Promise<void> {
    writeFileSync(`${this.root}/${file}`, "");
    await podman?.expectOk(["sh", "-c", `tar -C '${this.root}' -cf - . | podman import -q - ${base}`]);
  }

  setup(command: string): void {
    const template = `[template]\nbase = "${base}"\nsetup = ${JSON.stringify(command)}\n`;
    this.settings(`[bottle]\nbackend = "${this.#program}"\n[network]\nmode = "off"\n${template}`);
  }

  /** Starts it, and waits for it to say so. */
  async startUntil(cwd: string, words: RegExp) {
    const child = this.start(["exec", "--", "true"], { cwd });
    let said = "";
    const reading = (async () => {
      for await (const bytes of child.stderr) said += new TextDecoder().decode(bytes);
    })();
    await until(() => words.test(said), () => said, minute); // prettier-ignore
    const end = async () => {
      await reading;
      return { code: await child.exited, said };
    };
    return { interrupt: () => child.kill("SIGINT"), end };
  }

  templates = async (): Promise<string[]> =>
    (await podman?.expectOk(["podman", "images", "-q", "--filter", "reference=localhost/claude-bottle/template"]))
      ?.split("\n")
      .filter(Boolean) ?? [];

  async [Symbol.asyncDispose](): Promise<void> {
    for (const cwd of [this.project, this.other]) await this.run(["rm", "--force"], { cwd });
    for (const image of await this.templates()) await podman?.expectOk(["podman", "rmi", "-f", image]);
    this[Symbol.dispose]();
  }
}

describe.each(["podman", "docker"] as const)("%s", (program) => {
  const it = (title: string, work: (projects: Projects) => Promise<void>) =>
    test.skipIf(reasons[program] !== undefined)(
      title,
      async () => {
        if (program === "docker") await podman?.serve();
        await using projects = new Projects(program);
        await projects.makeBase();
        await work(projects);
      },
      2 * minute,
    );

  it("is built once for two that want it at the same time, and again once [template] is another one", async (projects) => {
    const { project: cwd, other, directory } = projects;
    projects.setup("true");
    const gate = `while [ ! -e '${directory}/open' ]; do sleep 0.05; done`;
    projects.program(program, `[ "$1" != build ] || ${gate}\nexec ${Bun.which(program)} "$@"`);
    const first = await projects.startUntil(cwd, building);
    const second = await projects.startUntil(other, /waiting for another claude-bottle to build the template\n/);
    writeFileSync(`${directory}/open`, "");
    const ends = [await first.end(), await second.end()];
    expect(ends.map(({ code, said }) => [code, building.test(said)])).toEqual([
      [0, true],
      [0, false],
    ]);
    expect(await projects.run(["exec", "--", "claude"])).toEqual({ stdout: "made-up claude\n", stderr: "", code: 0 });

    projects.setup("touch /second");
    await projects.run(["run", "--fresh", "--", "--version"]);
    expect((await projects.run(["exec", "--", "ls", "/second"])).stdout).toBe("/second\n");
    const left = async () => (await projects.run(["gc"])).stdout;
    expect(await left()).toBe("");
    await projects.run(["run", "--fresh", "--", "--version"], { cwd: other });
    expect(await left()).toMatch(/^image +localhost\/claude-bottle\/template:[0-9a-f]{12} +no bottle is made from it/m);
  });

  it("is known by its content: another image under its name is not taken for it", async (projects) => {
    projects.setup("true");
    expect((await projects.run(["run", "--", "--version"])).stdout).toBe("made-up claude\n");
    const [name = ""] = (await podman?.expectOk(["podman", "images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", "reference=localhost/claude-bottle/template"]))?.split("\n") ?? []; // prettier-ignore
    await podman?.expectOk(["podman", "tag", base, name]);
    for (const words of [["run", "--fresh"], ["run"]])
      for (const cwd of [projects.project, projects.other])
        expect(await projects.run([...words, "--", "--version"], { cwd })).toMatchObject({
          stdout: "made-up claude\n",
          stderr: expect.not.stringMatching(building),
          code: 0,
        });
  });

  it("leaves nothing that passes for it when its building is interrupted", async (projects) => {
    const slow = ["sleep", String(50_000 + process.pid)];
    projects.setup(`echo arrived; [ -e /second ] || ${slow.join(" ")}`);
    const session = await projects.startUntil(projects.project, /template 4\/4: setup commands/);
    session.interrupt();
    const { code: status, said } = await session.end();
    expect([status, said.endsWith("\nclaude-bottle: interrupted\n")]).toEqual([130, true]);
    expect(await projects.templates()).toEqual([]);
    expect(readdirSync(`${projects.directory}/state/claude-bottle/builds`)).toEqual([]);
    const left = findProcesses((words) => words.slice(0, 2).join(" ") === slow.join(" "));
    if (program === "podman") {
      expect(left).toEqual([]);
      expect(await podman?.expectOk(["podman", "ps", "-aq", "--external"])).toBe("");
    }
    // podman's service lets a step run on whose client is gone.
    await endProcesses(left);
    await projects.makeBase("second");
    const { stderr, code } = await projects.run(["exec", "--", "true"]);
    expect([building.test(stderr), code]).toEqual([true, 0]);
  });

  it("a Ctrl-C as a directory is loaded is no failure of it", async (projects) => {
    projects.settings(`[bottle]\nbackend = "${program}"\nimage = "${projects.root}"\n[network]\nmode = "off"\n`);
    projects.program("tar", `touch '${projects.directory}/packing'; exec sleep 1000`);
    await using screen = new Screen([...tool, "exec", "--", "true"], { cwd: projects.project, env: projects.env });
    await until(() => existsSync(`${projects.directory}/packing`), () => screen.text, minute); // prettier-ignore
    screen.press("\x03");
    await screen.until("claude-bottle: interrupted");
    expect(await screen.process.exited).toBe(130);
  });

  it("keeps the old bottle where it cannot be built", async (projects) => {
    projects.setup("true");
    await projects.run(["exec", "--", "sh", "-c", "echo mine >/tmp/kept"]);
    projects.setup("echo 'no such thing'; exit 3");
    const { stderr, code } = await projects.run(["run", "--fresh", "--", "--version"]);
    expect(code).toBe(1);
    expect(stderr).toContain(`claude-bottle: ${program} could not build the template image from ${base}\n`);
    expect(stderr).toMatch(/\n {2}(#\d+ [\d.]+ )?no such thing\n/);
    const log = /^ {2}the whole output: (.*)$/m.exec(stderr)?.[1] ?? "";
    expect(readFileSync(log.replace("~", projects.directory), "utf8")).toContain("no such thing\n");
    expect((await projects.run(["exec", "--", "cat", "/tmp/kept"])).stdout).toBe("mine\n");
  });
});
