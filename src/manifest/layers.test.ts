import { expect, test } from "bun:test";
import { resolveManifest as resolve } from "./layers.ts";
import type { Source } from "./parse.ts";
import { listSettings } from "./settings.ts";

const resolveManifest = (sources: Source[], profile?: string) => resolve(sources, { backends: ["smolvm"], profile });
const user = (text: string): Source => ({ kind: "user", file: "config.toml", directory: "/config", text });
const project = (text: string): Source => ({ kind: "project", file: "bottle.toml", directory: "/project", text });

test("the project's file is laid over the user's, table by table, and some lists add up", () => {
  const { manifest } = resolveManifest([
    user(
      '[bottle]\ncpus = 8\nmemory = "1G"\n[env]\nA = "user"\nB = "user"\n[network]\nhosts = ["u.example"]\n[agents.claude]\nargs = ["--u"]\n',
    ),
    project(
      '[bottle]\ncpus = 4\n[env]\nA = "project"\n[network]\nhosts = ["p.example"]\n[agents.claude]\nargs = ["--p"]\n',
    ),
  ]);
  expect(manifest).toMatchObject({
    bottle: { cpus: 4, memory: 1024 },
    env: { A: "project", B: "user" },
    network: { hosts: ["u.example", "p.example"] },
    agents: { claude: { args: ["--p"] } },
  });
});

test("each setting says where it comes from", () => {
  const resolved = resolveManifest(
    [
      user('network.presets = ["npm"]\n[profiles.big]\nbottle.cpus = 32\n'),
      project(
        '[bottle]\nagent = "fast"\nmemory = "2G"\n\n[agents.fast]\nargs = ["-x"]\n[profiles.big.bottle]\nmemory = "32G"\n',
      ),
    ],
    "big",
  );
  const from = Object.fromEntries(listSettings(resolved).map((setting) => [setting.key, setting.from]));
  expect(from).toEqual({
    "bottle.agent": "bottle.toml:2",
    "bottle.keep-claude": "default",
    "bottle.idle-minutes": "default",
    "bottle.ssh-agent": "default",
    "bottle.cpus": "config.toml:3",
    "bottle.memory": "bottle.toml:8",
    env: "default",
    hooks: "default",
    mounts: "default",
    "provision.claude": "default",
    "provision.commands": "default",
    "provision.files": "default",
    secrets: "default",
    template: "default",
    "kubernetes.cpus": "default",
    "kubernetes.memory": "default",
    "kubernetes.node-selector": "default",
    "kubernetes.storage": "default",
    "kubernetes.sync-every": "default",
    "kubernetes.tolerations": "default",
    notify: "default",
    "session.on-hangup": "default",
    "network.hosts": "default",
    "network.mode": "default",
    "network.ports": "default",
    "network.host-ports": "default",
    "network.presets.0": "config.toml:1",
    "agents.claude.command": "default",
    "agents.claude.args": "default",
    "agents.claude.env": "default",
    "agents.claude.mcp-servers": "default",
    "agents.claude.settings": "default",
    "agents.fast.command": "default",
    "agents.fast.args.0": "bottle.toml:6",
    "agents.fast.env": "default",
    "agents.fast.mcp-servers": "default",
    "agents.fast.settings": "default",
  });
});

test("a profile is laid over those that it extends", () => {
  const { manifest, profiles } = resolveManifest(
    [
      user('[profiles.base]\nenv.A = "base"\nenv.B = "base"\n'),
      project('env.C = "project"\n[profiles.ci]\nextends = "base"\nenv.A = "ci"\nenv.C = "ci"\n'),
    ],
    "ci",
  );
  expect(profiles).toEqual(["base", "ci"]);
  expect({ ...manifest.env }).toEqual({ A: "ci", B: "base", C: "ci" });
});

test.each([
  [
    "a cycle",
    '[profiles.a]\nextends = "b"\n[profiles.b]\nextends = "a"\n',
    'bottle.toml:4:1: profile "a" extends itself: a -> b -> a\n  extends = "a"\n  ^',
  ],
  [
    "itself",
    '[profiles.a]\nextends = "a"\n',
    'bottle.toml:2:1: profile "a" extends itself: a -> a\n  extends = "a"\n  ^',
  ],
  [
    "one that is not there",
    '[profiles.a]\nextends = "basse"\n[profiles.base]\n',
    'bottle.toml:2:1: there is no profile "basse"; did you mean base?\n  extends = "basse"\n  ^',
  ],
  ["no profile at all", "", 'there is no profile "a"'],
  ["another", "[profiles.aa]\n", 'there is no profile "a"; did you mean aa?'],
])("a profile that extends %s is refused", (_, text, message) => {
  expect(() => resolveManifest([user(""), project(text)], "a")).toThrow(new Error(message));
});

test("an agent may be defined in another file; one that is nowhere is told where it is named", () => {
  expect(resolveManifest([user("[agents.review]\n"), project('bottle.agent = "review"')]).manifest.bottle.agent).toBe(
    "review",
  );
  expect(() => resolveManifest([user('\nbottle.agent = "reviw"'), project("[agents.review]\n")])).toThrow(
    new Error(
      'config.toml:2:8: bottle.agent must be "claude" or "review", not "reviw"; did you mean "review"?\n  bottle.agent = "reviw"\n         ^',
    ),
  );
});
