// Bottles that are pods of a real Kubernetes: what holds them, and what becomes of a session whose link is lost. About two minutes.
import { expect } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { claudeImage } from "../support/kube.ts";
import { startStubApi } from "../support/claude/stub-api.ts";
import { Pane } from "../support/pane.ts";
import { Screen } from "../support/screen.ts";
import { tool, until } from "../support/tool.ts";
import { minute, onCluster, theCluster, useCluster } from "./stage.ts";

useCluster({ claude: true });

/** In the network of the cluster; pods reach ports there that kubehost exposes. */
const outside = "10.90.0.1";
const open = '[network]\nmode = "open"\n';
/** Nobody else's, since it is looked for in all that runs here. */
const key = `sk-ant-api03-offline-${crypto.randomUUID()}`;

/** What perl in a bottle says of a way to an address, and of what its proxy answers. */
const probe = `perl -MIO::Socket::INET -e '
for (@ARGV) {
  if (/^http/) {
    my $proxy = IO::Socket::INET->new("127.0.0.1:3128") or print("no proxy\\n"), next;
    print $proxy "GET $_ HTTP/1.0\\r\\n\\r\\n";
    print join(" ", (split / /, <$proxy>)[1]), "\\n";
  } else {
    print IO::Socket::INET->new(PeerAddr => $_, Timeout => 5) ? "open\\n" : "$!\\n";
  }
}'`;

onCluster("a list of hosts is held in the pod, whatever the cluster does with policies, and follows `allow`", `[network]\nhosts = ["${outside}"]\n`, async (project) => {
  await using web = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("web") });
  await theCluster().host("expose", theCluster().directory, String(web.port));
  const ways = [`http://${outside}/`, `http://${outside}:${web.port}/`, "http://10.90.0.2/", `${outside}:${web.port}`, "10.92.0.1:443", "10.91.1.1:10250"];
  const closed = "Permission denied\n".repeat(3);
  // Port 80 is on the list, and nobody listens there.
  expect(await project.sh(`${probe} ${ways.join(" ")}`)).toBe(`502\n403\n403\n${closed}`);
  expect(await project.run(["allow", "10.90.0.2"])).toMatchObject({ code: 0 });
  expect(await project.sh(`${probe} ${ways.join(" ")}`)).toBe(`502\n403\n502\n${closed}`);
  const { stdout } = await project.run(["logs"]);
  expect(stdout).toContain("denied http://10.90.0.2/\n");
}, 3 * minute); // prettier-ignore

onCluster("with the network off nothing is reached", '[network]\nmode = "off"\n', async (project) => {
  expect(await project.sh(`${probe} ${outside}:80 10.92.0.1:443 http://${outside}/`)).toBe("Permission denied\nPermission denied\nno proxy\n"); // prettier-ignore
});

onCluster("a pod that nothing can hold is told and leaves nothing", `[kubernetes]\nproxy-image = "${claudeImage}-none"\n`, async (project) => {
  const { stderr, code } = await project.run(["exec", "--", "true"]);
  expect(stderr).toMatch(/the pod of bottle "cb-BOTTLE" does not start: its image cannot be pulled: .*\n  correct kubernetes.image/);
  expect(code).toBe(1);
  expect(await project.run(["ls"])).toMatchObject({ stdout: expect.not.stringContaining("cb-") });
}); // prettier-ignore

onCluster("Claude answers in tmux and follows the size; its key is in no command line, pod or event", `image = "${claudeImage}"\n${open}`, async (project) => {
  const stub = startStubApi({ marker: "STUB" });
  try {
    const port = new URL(stub.url).port;
    await theCluster().host("expose", theCluster().directory, port);
    const env = { ...project.env, ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: `http://${outside}:${port}` };
    const print = await project.run(["exec", "--", "claude", "-p", "hello"], { env });
    expect([print.stdout, print.code]).toEqual(["STUB: hello\n", 0]);
    using pane = new Pane([...tool, "run"], { cwd: project.project, env });
    await pane.until(/^❯/m, minute);
    await pane.prompt("say it");
    await pane.until(/STUB: say it/, minute);
    const seen = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid)).map(commandLine).filter((line) => line.includes(key));
    expect(seen).toEqual([]);
    for (const columns of [60, 120]) await pane.followsWidth(columns);
    await pane.prompt("once more");
    await pane.until(/STUB: once more/, minute);
    expect(new Set(stub.requests.map(({ auth }) => auth.last4))).toEqual(new Set([key.slice(-4)]));
    const kept = await theCluster().kube("get", "pods,events,secrets,configmaps", "-o", "yaml");
    expect(kept.includes(key)).toBe(false);
    expect(kept).toContain(await project.bottle());
    const audited = readFileSync(`${theCluster().directory}/control/audit.log`, "utf8");
    expect([audited.includes("/exec?command="), audited.includes(key.slice(21))]).toEqual([true, false]);
  } finally {
    await stub.stop();
  }
}, 4 * minute); // prettier-ignore

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

onCluster("a session tells its own end from a lost link", open, async (project) => {
  const bottle = async () => await project.bottle();
  await project.sh("true");
  // Restarting containerd ends kubectl with 0 at once, and the command goes on.
  const running = project.start(["exec", "--", "sh", "-c", "touch begun; sleep 1000"]);
  const began = async () => (await theCluster().kube("exec", await bottle(), "-c", "bottle", "--", "find", project.project, "-name", "begun")) !== ""; // prettier-ignore
  await until(began, () => "the command in the pod", minute);
  await theCluster().host("sh", theCluster().directory, "node1", "pkill", "-x", "containerd");
  const lost = await project.finish(running);
  expect(lost.stderr).toMatch(/^claude-bottle: warning: the link to bottle "cb-BOTTLE" was lost, and the command goes on there$/m);
  expect(lost.code).toBe(1);

  const shell = (script: string) => new Screen(["sh", "-c", `${tool.join(" ")} shell -- sh -c '${script}'; echo "status $?"`], { cwd: project.project, env: project.env }); // prettier-ignore
  for (const code of [0, 1, 7]) {
    await using screen = shell(`exit ${code}`);
    await screen.until(/^status \d/m, minute);
    expect(screen.text).toEndWith(`status ${code}`);
    expect(screen.text).not.toMatch(/lost|command terminated/);
  }
  await using screen = shell("echo ready; sleep 1000");
  await screen.until(/^ready$/m, minute);
  await theCluster().kube("delete", "pod", await bottle(), "--grace-period=1");
  await screen.until(/^status \d/m, minute);
  expect(screen.text).toMatch(/status 137/);
}, 4 * minute); // prettier-ignore

onCluster("doctor says which rights are missing, and that all are there", open, async (project) => {
  const doctor = async (kubeconfig: string) => {
    const { stdout } = await project.run(["doctor"], { env: { KUBECONFIG: kubeconfig } });
    return stdout.split("\n").filter((line) => /backend.kubernetes\./.test(line)).map((line) => line.replace(/ +/g, " "));
  };
  expect(await doctor(theCluster().kubeconfig)).toEqual([
    'ok backend.kubernetes.rights all rights in the namespace "default"',
    "ok backend.kubernetes.pod the cluster takes the bottle's pod",
  ]);
  const [line = ""] = await doctor(`${theCluster().directory}/dev.kubeconfig`);
  expect(line).toMatch(/^error backend.kubernetes.rights you may not create pods, .*create pods\/exec/);
}); // prettier-ignore
