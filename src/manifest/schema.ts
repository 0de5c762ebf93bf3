import * as v from "valibot";
import { Agent, agentName } from "./schema/agent.ts";
import { about, bare, choice, filled, list, named, string, table } from "./schema/fields.ts";
import { hasMoreThanHost, isHost } from "./schema/host.ts";
import { Kubernetes } from "./schema/kubernetes.ts";
import { image, reference, size } from "./schema/made-from.ts";
import { hostCommand, hostPath, mountPoint } from "./schema/paths.ts";
import { presetNames } from "./schema/presets.ts";
import { Provision } from "./schema/provision.ts";
import { env, variableName } from "./schema/variables.ts";

const cpus = "a whole number from 1 to 64";
const minutes = "a whole number of minutes from 0 to 10080";
const host = v.pipe(
  string,
  v.check((text) => !hasMoreThanHost(text), "a host alone, without scheme, port or path"),
  v.check((text) => !/\/0+$/.test(text), 'a part of the network; set mode = "open" for all of it'),
  v.check(isHost, 'a host name, a pattern such as "*.example.org", an IPv4 address or a range such as "10.0.0.0/8"'),
  v.toLowerCase(),
);

/** The names come from the backends. */
const bottleTable = (backends: readonly string[]) =>
  table({
    backend: v.optional(about(choice(backends), "what isolates the bottle")),
    image: v.optional(about(image, "what the bottle is made from: a registry reference, an archive or a directory")),
    cpus: v.optional(
      about(v.pipe(v.number(cpus), v.integer(cpus), v.minValue(1, cpus), v.maxValue(64, cpus)), "number of processors"),
      2,
    ),
    memory: v.optional(about(size, "memory of the bottle"), 4096),
    user: v.optional(
      about(
        v.pipe(
          string,
          v.regex(
            /^[a-z_][a-z0-9_-]{0,31}$/,
            "a user name: at most 32 lowercase letters, digits, _ and -, and a letter or _ first",
          ),
        ),
        "the user that sessions run as; defaults to your user name",
      ),
    ),
    "keep-claude": v.optional(
      about(v.boolean("true or false"), "keep `~/.claude`, with its conversations, when the bottle is removed"),
      false,
    ),
    "idle-minutes": v.optional(
      about(
        v.pipe(v.number(minutes), v.integer(minutes), v.minValue(0, minutes), v.maxValue(10080, minutes)),
        "minutes without a process after which a bubblewrap bottle stops by itself; 0 means never",
      ),
      60,
    ),
    "ssh-agent": v.optional(
      about(v.boolean("true or false"), "let programs in the bottle use the keys of your ssh agent"),
      false,
    ),
    agent: v.optional(about(string, "the agent that `claude-bottle run` starts without `--agent`"), "claude"),
  });

const Mount = table({
  source: about(hostPath, "a directory of your machine; relative to the file that names it"),
  target: v.optional(about(mountPoint, "its path in the bottle; defaults to the same path")),
  mode: v.optional(about(choice(["ro", "rw"]), "read-only, or also writable"), "ro"),
});

const secretHost = v.pipe(
  string,
  v.check((text) => isHost(text) && !/[*/]/.test(text), "the name of a host alone, without pattern, scheme or port"),
  v.toLowerCase(),
);

const outerVariable = v.pipe(string, v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of a variable"));

const sources = ["env", "file", "command"] as const;

const Secret = v.pipe(
  table({
    env: v.optional(about(outerVariable, "the variable of your environment that holds it")),
    file: v.optional(about(hostPath, "the file that holds it")),
    command: v.optional(
      about(hostCommand, 'the program that prints it, and its arguments, such as ["op", "read", "op://work/key"]'),
    ),
    host: v.optional(
      about(secretHost, "the only host that it is sent to; if the backend can, the bottle holds a placeholder"),
    ),
  }),
  v.check(
    (secret) => sources.filter((source) => secret[source] !== undefined).length === 1,
    'given by exactly one of "env", "file" and "command"',
  ),
);

const Template = table({
  base: v.optional(
    about(
      v.pipe(string, v.regex(reference, "a registry reference")),
      "the base image: Debian, Ubuntu, or one with git, rg, curl, less, ps, ssh, and either npm or that Claude Code",
    ),
  ),
  setup: v.optional(about(filled, "shell commands that run as root after Claude Code and its tools are installed")),
  claude: v.optional(
    about(
      v.pipe(string, v.regex(/^[a-z0-9][a-z0-9.-]*$/, 'a version of Claude Code, such as "2.1.330"')),
      "the version of Claude Code; defaults to the one that this claude-bottle was tested with",
    ),
  ),
});

const Network = table({
  mode: v.optional(
    about(
      choice(["list", "off", "open"]),
      'what the bottle may reach: Claude\'s own hosts and those listed here ("list"), nothing ("off"), everything ("open")',
    ),
    "list",
  ),
  hosts: about(list(host, 'an array of hosts, such as ["example.org"]'), "more hosts, in mode list"),
  presets: about(
    list(choice(presetNames), 'an array of presets, such as ["github", "npm"]'),
    "more hosts, by the name of the service, in mode list",
  ),
  ports: about(
    list(
      v.pipe(v.string("a port"), v.regex(/^\d{1,5}(?::\d{1,5})?$/, 'a port, such as "3000" or "8080:3000"')),
      'an array of ports, such as ["3000", "8080:3000"]',
    ),
    "ports of the bottle to open on this machine's loopback while it runs; 8080:3000 is port 8080 of this machine",
  ),
  "host-ports": about(
    list(
      v.pipe(
        v.string("a port"),
        v.regex(/^[1-9]\d{0,4}$/, 'a port, such as "5432"'),
        v.check(
          (port) => Number(port) < 65_536 && port !== "3128",
          "a port below 65536, and not 3128, which is the bottle's own proxy",
        ),
      ),
      'an array of ports, such as ["5432"]',
    ),
    "ports of this machine's loopback that the bottle reaches at the same port of its own; docker, podman and bubblewrap",
  ),
});

const Hooks = table({
  "before-start": v.optional(about(hostCommand, "runs before a bottle starts; if it fails, the bottle does not start")),
  "after-stop": v.optional(about(hostCommand, "runs after a bottle was stopped or removed")),
});

const Session = table({
  "on-hangup": v.optional(
    about(
      choice(["end", "background"]),
      "what Claude does when its terminal is closed or lost: it ends, or its conversation goes on in the background",
    ),
    "end",
  ),
});

const Notify = table({
  command: v.optional(
    about(
      hostCommand,
      'the program that runs when a session needs you and you look at no tmux client, such as ["ntfy", "publish", "topic"]; the text follows as its last argument. Only your own file may name one',
    ),
  ),
});

const sectionsOf = (backends: readonly string[]) => ({
  bottle: v.optional(about(bottleTable(backends), "What the bottle is made from."), {}),
  template: v.optional(
    about(Template, "What smolvm, docker and podman build an image from, if `bottle.image` is not set."),
    {},
  ),
  env: v.optional(about(env, "Variables of every session: agents, `shell` and `exec`."), {}),
  secrets: v.optional(
    about(
      named(variableName, Secret),
      "Variables of every session whose values are secret and come from your machine.",
    ),
    {},
  ),
  mounts: v.optional(
    about(v.array(Mount, "tables, each below its own [[mounts]]"), "More directories of your machine."),
    [],
  ),
  provision: v.optional(about(Provision, "What is copied and run before the first session."), {}),
  hooks: v.optional(about(Hooks, "Programs of your machine that run there, in the project's directory."), {}),
  session: v.optional(about(Session, "What happens to sessions on a terminal."), {}),
  notify: v.optional(about(Notify, "How you hear of a session that needs you while you are away."), {}),
  network: v.optional(about(Network, "What the bottle may reach."), {}),
  kubernetes: v.optional(
    about(Kubernetes, "The cluster, namespace and pod of a bottle with the backend kubernetes."),
    {},
  ),
  agents: v.optional(
    about(
      v.pipe(
        named(agentName, Agent),
        v.transform((agents) => bare<Agent>({ claude: v.parse(Agent, {}), ...agents })),
      ),
      "Named ways to start, for `claude-bottle run --agent NAME`.",
    ),
    {},
  ),
});

const profileName = v.pipe(
  v.string(),
  v.regex(
    /^[a-z][a-z0-9-]*$/,
    "is not the name of a profile: lowercase letters, digits and dashes, and a letter first",
  ),
);

/** What one file may hold. Its values are not used until all files are merged. */
export const manifestFileSchema = (backends: readonly string[]) => {
  const sections = sectionsOf(backends);
  const extended = v.optional(about(string, "the profile to start from"));
  const profiles = named(profileName, table({ extends: extended, ...sections }));
  return table({
    ...sections,
    profiles: v.optional(about(profiles, "Sections that apply only with `claude-bottle run --profile NAME`."), {}),
  });
};

/** All files merged. The manifest's type is derived from this. */
export const manifestSchema = (backends: readonly string[]) =>
  v.pipe(
    table(sectionsOf(backends)),
    v.forward(
      v.partialCheck([["bottle", "agent"], ["agents"]], ({ bottle, agents }) => Object.hasOwn(agents, bottle.agent)),
      ["bottle", "agent"],
    ),
  );

export type Manifest = v.InferOutput<ReturnType<typeof manifestSchema>>;
export type Secret = v.InferOutput<typeof Secret>;
