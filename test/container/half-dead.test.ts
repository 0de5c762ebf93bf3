// Bottles that somebody pauses or ends in part, behind our back. About 40 s.
import { describe, expect } from "bun:test";
import { until } from "../support/tool.ts";
import { baseImage } from "../support/podman.ts";
import { minute, onEngine, type Project, programs, usePodman } from "./stage.ts";

usePodman();

/** The name of the project's bottle. */
async function nameOf(project: Project): Promise<string> {
  const child = project.start(["ls", "--json"]);
  const bottles = JSON.parse(await new Response(child.stdout).text()) as { name: string; directory: string }[];
  return bottles.find(({ directory }) => directory.startsWith(project.directory))?.name ?? "";
}

function engine(project: Project, ...words: string[]): string {
  return Bun.spawnSync(["podman", ...words], { env: { ...process.env, ...project.env } }).stdout.toString().trim();
} // prettier-ignore

const settings = (network: string) => `[bottle]\nimage = "${baseImage}"\n[network]\n${network}`;
const hello = (project: Project) => project.tool(["exec", "--", "echo", "hello"]);
const resumed = { stdout: "hello\n", stderr: 'claude-bottle: resuming bottle "cb-BOTTLE"\n', code: 0 };

describe.each(programs)("%s", (program) => {
  onEngine(program, "a paused bottle is resumed for a session, stopped and removed", settings('mode = "off"'), async (project) => {
    await project.sh("echo kept >~/file");
    const name = await nameOf(project);
    engine(project, "pause", name);
    expect((await project.tool(["ls"])).stdout).toMatch(new RegExp(`${program} +container +paused`));
    expect(await hello(project)).toEqual(resumed);
    engine(project, "pause", name);
    expect(await project.tool(["stop"])).toEqual({ stdout: "", stderr: 'claude-bottle: stopped bottle "cb-BOTTLE"\n', code: 0 });
    expect(await project.sh("cat ~/file")).toBe("kept\n");
    engine(project, "pause", name);
    expect((await project.tool(["rm", "--force"])).code).toBe(0);
  }, 2 * minute); // prettier-ignore
});

onEngine("podman", "a bottle whose monitor was killed is explained", settings('mode = "off"'), async (project) => {
  await project.sh("true");
  const monitor = Number(engine(project, "inspect", "--format", "{{.State.ConmonPid}}", await nameOf(project)));
  process.kill(monitor, "SIGKILL");
  await project.tool(["stop"]);
  expect(await hello(project)).toEqual({
    stdout: "",
    stderr: `claude-bottle: starting bottle "cb-BOTTLE"
claude-bottle: cannot start bottle "cb-BOTTLE" with podman: it has lost track of the container
  list what exists only in it: claude-bottle rm --dry-run; recreate it: claude-bottle run --fresh
`,
    code: 1,
  });
}); // prettier-ignore

onEngine("podman", "a bottle that ends as a session opens is named, and started by the next", settings('mode = "off"'), async (project) => {
  await project.sh("true");
  const podman = Bun.which("podman");
  project.program("podman", `[ "$1" != exec ] || [ -e '${project.directory}/done' ] || { : >'${project.directory}/done'; '${podman}' kill '${await nameOf(project)}' >/dev/null; }\nexec '${podman}' "$@"`);
  const { stderr, code } = await hello(project);
  expect([stderr.split("\n").slice(-3), code]).toEqual([[
    'claude-bottle: warning: bottle "cb-BOTTLE" is exited, not running',
    "  run the command again: claude-bottle starts, resumes or recreates the bottle",
    "",
  ], 255]);
  expect((await hello(project)).stdout).toBe("hello\n");
}); // prettier-ignore

onEngine("podman", "a proxy or a relay that was ended comes back with the next session", settings('hosts = ["one.invalid"]'), async (project) => {
  // Denied by the proxy, so it is there.
  const ask = `perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new("127.0.0.1:3128") or die; print $s "CONNECT no.invalid:443 HTTP/1.0\\r\\n\\r\\n"; print scalar <$s>'`;
  const denied = "HTTP/1.0 403 Filtered\r\n";
  expect(await project.sh(ask)).toBe(denied);
  const name = await nameOf(project);
  const isOver = (part: string) => engine(project, "inspect", "--format", "{{.State.Status}}", `${name}-${part}`) === "exited";
  for (const [part, kill] of [
    ["relay", ["kill", `${name}-relay`]],
    ["proxy", ["exec", `${name}-proxy`, "/bin/sh", "-c", "kill -KILL $(cat /tmp/tinyproxy.pid)"]],
  ] as const) {
    engine(project, ...kill);
    await until(() => isOver(part));
    expect([part, await project.sh(ask)]).toEqual([part, denied]);
  }
}, 3 * minute); // prettier-ignore
