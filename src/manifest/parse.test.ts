import { expect, test } from "bun:test";
import { resolveManifest } from "./layers.ts";
import { manifestFileSchema, type Manifest } from "./schema.ts";
import { shapeOf, type Shape } from "./shape.ts";

const parse = (text: string): Manifest =>
  resolveManifest([{ kind: "project", file: "bottle.toml", directory: "/project", text }], { backends: ["smolvm"] })
    .manifest;
const defaultManifest = () => resolveManifest([], { backends: [] }).manifest;
const claude = { command: "claude", args: [], settings: {}, "mcp-servers": {}, env: {} };

const defaults: Manifest = {
  bottle: { cpus: 2, memory: 4096, "keep-claude": false, "idle-minutes": 60, "ssh-agent": false, agent: "claude" },
  template: {},
  env: {},
  secrets: {},
  mounts: [],
  provision: { claude: [], files: [], commands: [] },
  hooks: {},
  session: { "on-hangup": "end" },
  notify: {},
  network: { mode: "list", hosts: [], presets: [], ports: [], "host-ports": [] },
  kubernetes: { cpus: 0.25, memory: 512, storage: 10_240, "node-selector": [], tolerations: [], "sync-every": 60 },
  agents: { claude },
};

test("no manifest at all is the defaults", () => {
  expect(defaultManifest()).toEqual(defaults);
  for (const empty of ["", "\ufeff", "# nothing\n", "\r\n\t\r\n", "[bottle]\n[env]\n[network]\n[agents]\n"])
    expect(parse(empty)).toEqual(defaults);
});

test("the defaults of one manifest are not those of the next", () => {
  defaultManifest().network.hosts.push("example.org");
  defaultManifest().agents.claude?.args.push("--x");
  expect(defaultManifest()).toEqual(defaults);
});

test.each<[string, string, Partial<{ [Section in keyof Manifest]: Partial<Manifest[Section]> }>]>([
  ["memory in MiB", "bottle.memory = 256", { bottle: { memory: 256 } }],
  ["memory with a unit", '[bottle]\nmemory = "512M"', { bottle: { memory: 512 } }],
  ["memory in GiB, small letter", '[bottle]\nmemory = "256g"', { bottle: { memory: 262144 } }],
  ["the most processors", "[bottle]\ncpus = 64", { bottle: { cpus: 64 } }],
  [
    "a backend and a user",
    'bottle = { backend = "smolvm", user = "_dev-1" }',
    { bottle: { backend: "smolvm", user: "_dev-1" } },
  ],
  ["CRLF", '[bottle]\r\nuser = "dev"\r\n', { bottle: { user: "dev" } }],
  [
    "variables",
    "[env]\nA = ''\nb_1 = \"x\\ny\"\ntoString = 'z'",
    { env: { A: "", b_1: "x\ny", toString: "z" } as Manifest["env"] },
  ],
  ["a network that is off", '[network]\nmode = "off"', { network: { mode: "off" } }],
  [
    "hosts of each kind, in lowercase letters",
    '[network]\nhosts = ["Example.ORG", "*.example.org", "localhost", "_x.a-b.c", "10.1.2.3", "10.0.0.0/8", "1.1.1.1/32"]',
    {
      network: {
        hosts: ["example.org", "*.example.org", "localhost", "_x.a-b.c", "10.1.2.3", "10.0.0.0/8", "1.1.1.1/32"],
      },
    },
  ],
  [
    "another agent beside claude",
    '[bottle]\nagent = "re-view"\n[agents.re-view]\nargs = ["-p", "--", ""]\nprompt-file = "../p q.md"\nenv.A = "1"',
    {
      bottle: { agent: "re-view" },
      agents: {
        claude,
        "re-view": {
          ...claude,
          args: ["-p", "--", ""],
          "prompt-file": "../p q.md",
          env: { A: "1" },
        },
      },
    },
  ],
  [
    "claude with other words",
    '[agents.claude]\ncommand = "/opt/claude"',
    { agents: { claude: { ...claude, command: "/opt/claude" } } },
  ],
])("%s", (_, toml, parts) => {
  const { bottle, template, env, network, agents, ...rest } = defaults;
  expect(parse(toml)).toEqual({
    ...rest,
    bottle: { ...bottle, ...parts.bottle },
    template: { ...template, ...parts.template },
    env: (parts.env ?? env) as Manifest["env"],
    network: { ...network, ...parts.network },
    agents: { ...agents, ...(parts.agents as Manifest["agents"] | undefined) },
  });
});

test.each([
  "claude",
  "ghcr.io/example/claude:2.1",
  "localhost:5000/a/b",
  `docker.io/library/debian@sha256:${"0".repeat(64)}`,
  "/srv/images/claude",
  "./images/claude.tar",
  "../a b/ü#{x}'.tgz",
])("%p is an image", (image) => expect(parse(`[bottle]\nimage = ${JSON.stringify(image)}`).bottle.image).toBe(image));

test("a look-up by a name that every object has finds nothing", () => {
  const { agents, env } = parse("[agents.reviewer]\nenv = {}");
  for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty"])
    expect([agents[name], env[name], agents.reviewer?.env[name]]).toEqual([undefined, undefined, undefined]);
});

test("no manifest changes what every object has", () => {
  for (const toml of [
    "[__proto__]\nx = 1",
    "[constructor.prototype]\nx = 1",
    "[env.__proto__]\nx = '1'",
    "agents.__proto__.x = {}",
  ])
    expect(() => parse(toml)).toThrow("bottle.toml:1:");
  expect(({} as Record<string, unknown>).x).toBeUndefined();
});

/** The keys of the schema that nothing of `values` uses. */
function unused(shape: Shape, values: readonly unknown[], at: string): string[] {
  if (values.length === 0) return [at];
  if (shape.kind !== "table" && shape.kind !== "named" && shape.kind !== "list") return [];
  return [...shape.parts].flatMap(([name, part]) => {
    const below = values.flatMap((value) =>
      shape.kind === "table"
        ? Object.entries(Object(value)).filter(([key]) => key === name)
        : Object.entries(Object(value)),
    );
    return unused(part, below.map(([, value]) => value), at === "" ? name : `${at}.${name}`); // prettier-ignore
  });
}

test("the example of docs/manifest.md is a manifest that uses every key", async () => {
  const example = await Bun.file(new URL("../../docs/example.toml", import.meta.url)).text();
  parse(example);
  const shape = shapeOf(manifestFileSchema(["smolvm"]));
  const elsewhere = [...(shape.parts.get("profiles")?.parts.get("NAME")?.parts.keys() ?? [])]
    .filter((name) => name !== "extends" && name !== "bottle")
    .map((name) => `profiles.NAME.${name}`);
  // The first stands in a profile, and the second belongs to the user's own file.
  const {
    bottle: _,
    notify: _own,
    ...left
  } = Object.fromEntries(unused(shape, [Bun.TOML.parse(example)], "").map((path) => [path, true]));
  expect(
    Object.keys(left).filter((path) => !path.startsWith("profiles.NAME.bottle.") && !elsewhere.includes(path)),
  ).toEqual([]);
});
