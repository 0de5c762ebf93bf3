import { expect, test } from "bun:test";
import type { BottlePlan, EngineFacts, SessionPlan } from "../../plan/plan.ts";
import { prepareArgv, runArgv, sessionArgv, withoutProxyArgv } from "./argv.ts";

const plan: BottlePlan = {
  name: "cb-shop-0", backend: "docker", directory: "/home/ann/shop", image: "debian", cpus: 2, memoryMiB: 4096,
  user: { name: "ann", uid: 1000, gid: 100, home: "/home/ann" },
  mounts: [],
  network: { mode: "open", hosts: [] }, credentials: [],
}; // prettier-ignore
const facts: EngineFacts = {
  image: "debian", user: plan.user, keepId: false, limits: { cpus: true, memory: true, pids: true }, selinux: false,
}; // prettier-ignore
const session: SessionPlan = {
  id: "00ff", bottle: "cb-shop-0", kind: "agent", user: plan.user, directory: plan.directory,
  env: { HOME: "/home/ann" }, secrets: [], command: ["claude", "-c"], size: { rows: 30, columns: 100 },
}; // prettier-ignore

const identity =
  "run -d --pull never --name cb-shop-0 --hostname cb-shop-0 --label claude-bottle=docker --label claude-bottle.directory=%2Fhome%2Fann%2Fshop --label claude-bottle.uid=1000 --security-opt no-new-privileges " +
  withoutProxyArgv("docker").join(" ");
const caps =
  "--cap-drop all --cap-add CHOWN --cap-add DAC_OVERRIDE --cap-add FOWNER --cap-add FSETID --cap-add KILL --cap-add SETGID --cap-add SETUID";
const limits = "--cpus 2 --memory 4096m --pids-limit 4096";
const mount = "-v /home/ann/shop:/home/ann/shop";
const rest = "--user 0:0 --workdir / --entrypoint /bin/sh debian -c trap 'exit 0' TERM INT; sleep 2147483647 & wait";

test.each([
  ["the default network", {}, {}, `${identity} ${caps} ${limits} ${mount} ${rest}`],
  ["no network", { network: { mode: "off", hosts: [] } }, {}, `${identity} ${caps} ${limits} --network none ${mount} ${rest}`],
  ["the caller's number kept", {}, { keepId: true }, `${identity} ${caps} ${limits} --userns keep-id ${mount} ${rest}`],
  ["an engine without limits", {}, { limits: { cpus: false, memory: false, pids: false } }, `${identity} ${caps} ${mount} ${rest}`],
  ["the ssh agent", { sshAgent: "/tmp/agent.1" }, {}, `${identity} ${caps} ${limits} ${mount} -v /links/agent:/run/ssh-agent.sock ${rest}`],
  ["SELinux", {}, { selinux: true }, `${identity} --security-opt label=disable ${caps} ${limits} ${mount} ${rest}`],
] as const)("run: %s", (_, part, fact, line) => expect(runArgv({ ...plan, ...part }, { ...facts, ...fact }, "/links/agent").join(" ")).toBe(line)); // prettier-ignore

test("a new container's first process prepares the bottle, and tells us where both see it", () => {
  const argv = runArgv({ ...plan, records: "/s/r" }, facts, "/links/agent");
  expect(argv.filter((_, index) => argv[index - 1] === "-v").slice(1)).toEqual(
    ["sessions", "jobs", "claude-bottle"].map((name) => `/s/r/${name}:/home/ann/.claude/${name}`),
  );
  const words = argv.slice(argv.indexOf("debian") + 1);
  const prepare = prepareArgv(plan);
  expect([words[0], ...words.slice(2, 5)]).toEqual([
    "-c",
    "sh",
    "/home/ann/.claude/claude-bottle/prepared",
    "trap 'exit 0' TERM INT; sleep 2147483647 & wait",
  ]);
  expect(words.slice(5)).toEqual(prepare.slice(prepare.indexOf("cb-shop-0") + 1));
});

test("an API key does not become part of the container's description", () => {
  const credentials = [{ variable: "ANTHROPIC_API_KEY", host: undefined }];
  const argv = runArgv({ ...plan, records: "/s/r", credentials }, facts, "/links/agent");
  expect(argv.slice(-2)).toEqual(["-c", "trap 'exit 0' TERM INT; sleep 2147483647 & wait"]);
  expect(prepareArgv({ ...plan, credentials }).slice(0, 7)).toEqual(["exec", "--user", "0:0", "-w", "/", "-e", "ANTHROPIC_API_KEY"]); // prettier-ignore
});

test.each([
  ["/a b", "-v", "/a b:/a b"],
  ['/a,"b', "-v", '/a,"b:/a,"b'],
  ["/a:b", "--mount", "type=bind,src=/a:b,dst=/a:b"],
  ["/a:b,c", "--mount", 'type=bind,"src=/a:b,c","dst=/a:b,c"'],
  ['/a:"b\n', "--mount", 'type=bind,"src=/a:""b\n","dst=/a:""b\n"'],
])("run mounts %p by %s %s", (directory, option, value) => {
  const argv = runArgv({ ...plan, directory }, facts, "/links/agent");
  expect(argv[argv.indexOf(option) + 1]).toBe(value);
});

test.each([
  ["docker", "ctrl-^,ctrl-@,ctrl-^,ctrl-@"],
  ["podman", ""],
] as const)("a session of %s with a terminal", (program, keys) => {
  const argv = sessionArgv(program, { ...session, env: { A: "b c\n'" }, secrets: ["TOKEN"] });
  const script = argv.indexOf("-c");
  expect(argv.slice(0, script)).toEqual([
    "exec", "-i", "-t", "--detach-keys", keys, "--user", "1000:100", "-w", "/",
    "-e", "A=b c\n'", "-e", "CLAUDE_BOTTLE_SESSION=00ff", "-e", "CLAUDE_BOTTLE_SECRET_TOKEN", "cb-shop-0", "/bin/sh",
  ]); // prettier-ignore
  expect(argv.slice(script + 2)).toEqual(["sh", "00ff", "30", "100", "/home/ann/shop", "TOKEN", "claude", "-c"]);
});

test("a session without a terminal asks for none", () => {
  const argv = sessionArgv("docker", { ...session, size: undefined });
  expect(argv.slice(0, 4)).toEqual(["exec", "-i", "--user", "1000:100"]);
  expect(argv.slice(-6)).toEqual(["0", "0", "/home/ann/shop", "", "claude", "-c"]);
});

test("words of the command that look like options, quotes or code stay as they are", () => {
  const command = ["--", "-x", "", "a b", "$(id)", "'\"\\", ";", "é\n"];
  expect(sessionArgv("podman", { ...session, command }).slice(-command.length)).toEqual(command);
});
