// What a hostile guest finds or does in a container. About 20 s.
import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { kinds } from "../conformance/place.ts";
import { baseImage } from "../support/podman.ts";
import { childrenOf, Home } from "../support/tool.ts";
import { minute, onEngine, onEngineElsewhere, type Project, programs, usePodman } from "./stage.ts";

usePodman();

describe.each(programs)("%s", (program) => {
  const it = (title: string, work: Parameters<typeof onEngine>[3], network = 'mode = "off"') =>
    onEngine(program, title, `[bottle]\nimage = "${baseImage}"\n[network]\n${network}`, work);

  it("a proxy's password is neither in the bottle nor in a command line", async (project) => {
    for (const address of [
      "http://ann:PA-by-nobody@proxy:1",
      "ann:PA-by-nobody@proxy:1",
      "ann:PA-by-nobody/@proxy:1",
    ]) {
      const env = Object.fromEntries(
        ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"].map((name) => [name, address]),
      );
      const script = "tr '\\0' '\\n' </proc/1/environ; env";
      const { stdout, code } = await project.run(["exec", "--", "sh", "-c", script], { env });
      expect([stdout.includes("PA-by"), code]).toEqual([false, 0]);
      const shown = await project.run(["exec", "--dry-run", "--", "true"], { env });
      expect([`${shown.stdout}${shown.stderr}`.includes("PA-by"), shown.code]).toEqual([false, 0]);
      await project.run(["rm", "--force"]);
    }
  });

  it("a client of an exec that somebody ends takes its command with it", endClient);
  onEngineElsewhere(
    program,
    "on another machine too",
    `[bottle]\nimage = "${baseImage}"\n[network]\nmode = "off"`,
    endClient,
    2 * minute,
  );

  it("a link that stands in the project's place just as it is mounted gives the bottle nothing", async (project) => {
    swapAround(project, program, "run|create|start");
    await assertNothingSeen(project);
  });
});

async function endClient(project: Project): Promise<void> {
  await project.sh("true");
  const child = project.start([
    "exec",
    "--",
    "sh",
    "-c",
    "echo ready; while :; do date +%N >/tmp/beat; sleep 0.05; done",
  ]);
  const reader = child.stdout.getReader();
  expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe("ready\n");
  const [client = 0] = childrenOf(child.pid);
  process.kill(client, "SIGTERM");
  expect(await child.exited).toBe(143);
  expect(await project.sh("cat /tmp/beat >/tmp/one; sleep 0.5; cmp /tmp/beat /tmp/one && echo ended")).toBe("ended\n");
}

const noBubblewrap = kinds.find(({ name }) => name === "bubblewrap as root")?.whyNot;
test.skipIf(noBubblewrap !== undefined)(
  "bubblewrap: a link that stands in the project's place just as it is mounted gives the bottle nothing",
  async () => {
    using home = new Home();
    home.settings('[bottle]\nbackend = "bubblewrap"\n[network]\nmode = "off"\n');
    home.manifest("");
    swapAround(home, "bwrap", "*");
    await assertNothingSeen(home);
  },
  60_000,
);

/** What another bottle of the project's parent could do at the right moment: the backend's program finds a link to the user's own files. */
function swapAround(home: Home, program: string, verbs: string): void {
  const secret = `${home.directory}/secret`;
  mkdirSync(secret);
  writeFileSync(`${secret}/key`, "TOPSECRET");
  home.program(
    program,
    `case $1 in ${verbs}) cd /; mv '${home.project}' '${home.directory}/moved' && ln -s '${secret}' '${home.project}' ;; esac
'${Bun.which(program)}' "$@"
code=$?
[ ! -L '${home.project}' ] || { rm '${home.project}' && mv '${home.directory}/moved' '${home.project}'; }
exit $code`,
  );
}

async function assertNothingSeen(home: Home): Promise<void> {
  const { stdout, stderr, code } = await home.run(["exec", "--", "sh", "-c", "cat key; echo mine >key"]);
  expect([stdout, stderr.includes("but another directory that was put in its place"), code]).toEqual(["", true, 1]);
  expect(readFileSync(`${home.directory}/secret/key`, "utf8")).toBe("TOPSECRET");
  // The engine is shared with other tests.
  expect((await home.run(["ls", "--json"])).stdout).not.toContain('"directory": "~/');
}
