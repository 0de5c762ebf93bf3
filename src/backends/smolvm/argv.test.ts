import { expect, test } from "bun:test";
import type { BottlePlan, SessionPlan } from "../../plan/plan.ts";
import { createArgv, isPlainPath, prepareArgv, sessionArgv } from "./argv.ts";

const plan: BottlePlan = {
  name: "cb-shop-0", backend: "smolvm", directory: "/home/ann/shop", image: "debian", cpus: 2, memoryMiB: 4096,
  user: { name: "ann", uid: 1000, gid: 100, home: "/home/ann" },
  mounts: [],
  network: { mode: "off", hosts: [] }, credentials: [],
}; // prettier-ignore
const session: SessionPlan = {
  id: "00ff", bottle: "cb-shop-0", kind: "agent", user: plan.user, directory: plan.directory,
  env: { HOME: "/home/ann" }, secrets: [], command: ["claude", "-c"], size: { rows: 30, columns: 100 },
}; // prettier-ignore

const base =
  "machine create --error-format json --name cb-shop-0 --cpus 2 --mem 4096 --image debian -v /home/ann/shop:/home/ann/shop --label claude-bottle=1 --label claude-bottle.directory=%2Fhome%2Fann%2Fshop --label claude-bottle.uid=1000";

test.each([
  ["no network", {}, base],
  ["all of the network", { network: { mode: "open", hosts: [] } }, `${base} --net`],
  [
    "a list of hosts",
    { network: { mode: "list", hosts: ["*.a.org", "b.org", "10.0.0.1", "10.0.0.0/8"] } },
    `${base} --allow-host-pattern *.a.org --allow-host-pattern b.org --allow-cidr 10.0.0.1/32 --allow-cidr 10.0.0.0/8`,
  ],
  [
    "a credential for a host",
    { credentials: [{ variable: "ANTHROPIC_API_KEY", host: "api.anthropic.com" }] },
    `${base} --credential anthropic-api-key=ANTHROPIC_API_KEY@api.anthropic.com`,
  ],
  ["the ssh agent", { sshAgent: "/tmp/agent.1" }, `${base} --ssh-agent`],
  [
    "a credential over plain http is the session's",
    { credentials: [{ variable: "ANTHROPIC_API_KEY", host: undefined }] },
    base,
  ],
] as const)("create: %s", (_, part, line) => expect(createArgv({ ...plan, ...part }, "/link").join(" ")).toBe(line));

test.each(["/a b", "/a:b", "/a'b", '/a"b', "/a#{x}", "/a$(id)", "/é", "/a\nb", "/a;"])(
  "create mounts %p under a plain name, by a link",
  (directory) => {
    expect(isPlainPath(directory)).toBe(false);
    const argv = createArgv({ ...plan, directory }, "/state/link");
    expect(argv[argv.indexOf("-v") + 1]).toBe("/state/link:/mnt/project");
    expect(
      prepareArgv(
        { ...plan, directory },
        { config: "{}", settings: "{}", git: [], network: [], shared: [directory] },
      ).slice(-5),
    ).toEqual([directory, "/mnt/project", "{}", "{}", directory]);
  },
);

test("a session finds the ssh agent where smolvm puts it, unless the manifest says otherwise", () => {
  const [agent, env] = [{ ...plan, sshAgent: "/tmp/agent.1" }, { SSH_AUTH_SOCK: "/own" }];
  expect(sessionArgv(agent, session)).toContain("SSH_AUTH_SOCK=/tmp/ssh-agent.sock");
  expect(sessionArgv(agent, { ...session, env }).join(" ")).not.toContain("/tmp/ssh-agent.sock");
});

test("a session with a terminal", () => {
  const argv = sessionArgv(plan, { ...session, env: { A: "b c\n'" }, secrets: ["TOKEN"] });
  const script = argv.indexOf("-c");
  expect(argv.slice(0, script)).toEqual([
    "machine", "exec", "--name", "cb-shop-0", "-i", "-t", "--user", "1000:100", "-w", "/",
    "-e", "A=b c\n'", "-e", "CLAUDE_BOTTLE_SESSION=00ff", "--secret-env", "TOKEN=CLAUDE_BOTTLE_SECRET_TOKEN", "--", "/bin/sh",
  ]); // prettier-ignore
  expect(argv.slice(script + 2)).toEqual(["sh", "00ff", "30", "100", "/home/ann/shop", "", "claude", "-c"]);
});

test("a session without a terminal asks for none", () => {
  const argv = sessionArgv(plan, { ...session, size: undefined });
  expect(argv.slice(0, 6)).toEqual(["machine", "exec", "--name", "cb-shop-0", "-i", "--user"]);
  expect(argv.slice(-6)).toEqual(["0", "0", "/home/ann/shop", "", "claude", "-c"]);
});

test("words of the command that look like options, quotes or code stay as they are", () => {
  const command = ["--", "-x", "", "a b", "$(id)", "'\"\\", ";", "é\n"];
  expect(sessionArgv(plan, { ...session, command }).slice(-command.length)).toEqual(command);
});
