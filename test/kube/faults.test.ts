// What becomes of bottles on two nodes when one of them dies, and of many at once. By hand: CLAUDE_BOTTLE_KUBE_FAULTS=1; about ten minutes.
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { claudeImage } from "../support/kube.ts";
import { startStubApi } from "../support/claude/stub-api.ts";
import { Screen } from "../support/screen.ts";
import { tool, until } from "../support/tool.ts";
import { minute, onCluster, theCluster, useCluster } from "./stage.ts";

const isAsked = process.env.CLAUDE_BOTTLE_KUBE_FAULTS === "1";
if (!isAsked) console.log("faults of nodes are skipped: CLAUDE_BOTTLE_KUBE_FAULTS is not 1");
if (isAsked) useCluster({ nodes: 2, policies: true, claude: true });
const byHand: typeof onCluster = isAsked ? onCluster : (title) => test.skip(title, () => {});

const open = '[network]\nmode = "open"\n[kubernetes]\nsync-every = 5\n';
const key = "sk-ant-api03-offline-0123456789-abcdefghij";
const nodeOf = async (pod: string) =>
  (await theCluster().kube("get", "pod", pod, "-o", "jsonpath={.spec.nodeName}")).trim();

byHand("a node dies in the middle of a session: the terminal and ls say so, and another node goes on with the conversation", `image = "${claudeImage}"\n${open}`, async (project) => {
  const stub = startStubApi({ marker: "STUB" });
  try {
    const port = new URL(stub.url).port;
    await theCluster().host("expose", theCluster().directory, port);
    const env = { ...project.env, ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: `http://10.90.0.1:${port}` };
    expect(await project.run(["exec", "--", "claude", "-p", "remember the whale"], { env })).toMatchObject({ code: 0 });
    const bottle = await project.bottle();
    const node = await nodeOf(bottle);
    const script = `${tool.join(" ")} shell -- sh -c "for i in \\$(seq 1000); do echo \\$i >count; sleep 0.5; done"; echo "status $?"`;
    await using screen = new Screen(["sh", "-c", script], { cwd: project.project, env, columns: 250, rows: 50 });
    const counted = () => (existsSync(`${project.project}/count`) ? Number(readFileSync(`${project.project}/count`, "utf8")) : 0);
    await until(() => counted() > 5, () => "a count that came home", minute);

    const crashed = performance.now();
    const before = counted();
    await theCluster().host("crash", theCluster().directory, node);
    await screen.until(/^status \d/m, 2 * minute);
    console.log(`the terminal said so after ${Math.round((performance.now() - crashed) / 1000)} s:\n${screen.text}`);
    expect(screen.text).toMatch(/the link to bottle "cb-\S+" was lost: the node of its pod does not answer/);
    const state = async () => JSON.parse((await project.run(["ls", "--json"])).stdout)[0]?.state;
    await until(async () => (await state()) === "broken", () => "ls that says it", 2 * minute);
    const told = Math.round((performance.now() - crashed) / 1000);
    console.log(`ls said so after ${told} s`);
    expect(told).toBeLessThan(90);
    expect(counted()).toBeGreaterThanOrEqual(before);

    const { stdout, stderr, code } = await project.run(["exec", "--", "claude", "-p", "--continue", "what was it?"], { env });
    expect([code, stderr]).toEqual([0, expect.stringContaining("is replaced: its node")]);
    expect(stdout).toContain("STUB: what was it?");
    expect(JSON.stringify(stub.requests.at(-1)?.body)).toContain("remember the whale");
    expect(await nodeOf(bottle)).not.toBe(node);
    expect(await project.sh("cat count")).toBe(`${counted()}\n`);
    await theCluster().host("boot", theCluster().directory, node);
  } finally {
    await stub.stop();
  }
}, 10 * minute); // prettier-ignore

byHand("no session runs unheld: a probe in each of many starts", '[network]\nhosts = ["example.org"]\n', async (project) => {
  const starts = Number(process.env.CLAUDE_BOTTLE_KUBE_STARTS ?? 20);
  const probe = `perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(PeerAddr => "10.92.0.1:443", Timeout => 5) ? "open" : "$!"'`;
  for (let start = 0; start < starts; start += 1) {
    expect(await project.sh(probe)).toBe("Permission denied");
    await project.run(["rm", "--force"]);
  }
}, 60 * minute); // prettier-ignore
