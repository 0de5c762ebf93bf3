import * as v from "valibot";
import { hasMoreThanHost, isHost } from "./host.ts";

// A message here is what issues.ts puts after "must be", or after the quoted name when it is about a name.
// Of a table, a choice and a reference it is the known words, between spaces: suggestions are made from them.

const string = v.string("a string");
const filled = v.pipe(
  string,
  v.nonEmpty("a string that is not empty"),
  v.check((text) => !text.includes("\0"), "without NUL characters"),
);

const anyTable = v.custom<Record<string, unknown>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date),
  "a table",
);

const table = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.pipe(anyTable, v.strictObject(entries, Object.keys(entries).join(" ")));

const choice = <const Words extends readonly string[]>(words: Words) => v.picklist(words, words.join(" "));

/** Names that valibot's record would drop without a word. */
const unsafeNames = ["__proto__", "constructor", "prototype"];

const bare = <Value>(entries: object): Record<string, Value> => Object.assign(Object.create(null), entries);

/** A table whose keys are the user's own; the result has no prototype, so that a look-up finds only what was written. */
const named = <const Value extends v.GenericSchema>(name: v.GenericSchema<string, string>, value: Value) =>
  v.pipe(
    anyTable,
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      const input = dataset.value;
      for (const key of unsafeNames)
        if (Object.hasOwn(input, key))
          addIssue({
            message: "is a reserved name and cannot be used",
            path: [{ type: "object", origin: "key", input, key, value: input[key] }],
          });
    }),
    v.record(name, value),
    v.transform((entries) => bare<v.InferOutput<Value>>(entries)),
  );

/** What a credential's name in a file is told; issues.ts adds the hint. */
export const credentialInFile = "is a credential, which never belongs in a file";

const credentials = ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"];
const ownNames = /^(?:HOME|USER|LOGNAME|_?CLAUDE_BOTTLE_.*)$/;

const variableName = v.pipe(
  v.string(),
  v.regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    "is not the name of a variable: letters, digits and underscores, and no digit first",
  ),
  v.check((name) => !ownNames.test(name), "is set by claude-bottle itself and cannot be changed"),
  v.check((name) => !credentials.includes(name), credentialInFile),
);

const env = named(
  variableName,
  v.pipe(
    string,
    v.check((text) => !text.includes("\0"), "without NUL characters"),
  ),
);

const agentName = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]*$/, "is not the name of an agent: small letters, digits and dashes, and a letter first"),
);

const Agent = table({
  command: v.optional(v.pipe(filled, v.regex(/^[^-]/, "a command that does not start with a dash")), "claude"),
  args: v.optional(
    v.array(
      v.pipe(
        string,
        v.check((text) => !text.includes("\0"), "without NUL characters"),
      ),
      "an array of strings",
    ),
    [],
  ),
  "prompt-file": v.optional(filled),
  env: v.optional(env, {}),
});

const cpus = "a whole number from 1 to 64";
const memory = 'a number of MiB from 256 to 262144, or a size such as "4G" or "512M"';

function mebibytes(size: string | number): number {
  if (typeof size === "number") return size;
  const [, digits, unit] = /^([0-9]{1,6})([MG])$/i.exec(size) ?? [];
  return Number(digits ?? NaN) * (unit?.toUpperCase() === "G" ? 1024 : 1);
}

const archive = /\.(?:tar|tar\.gz|tgz)$/i;
const path = /^\.{0,2}\/[^\x00-\x1f\x7f]*$/;
const reference =
  /^[a-z0-9][a-z0-9._-]*(?::[0-9]{1,5})?(?:\/[a-z0-9._-]+)*(?::[a-z0-9_][a-z0-9._-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/i;

const image = v.pipe(
  string,
  v.check(
    (text) => path.test(text) || !archive.test(text),
    "a path that starts with /, ./ or ../ when it is an archive",
  ),
  v.check(
    (text) => path.test(text) || reference.test(text),
    "a registry reference, or a path that starts with /, ./ or ../",
  ),
);

const host = v.pipe(
  string,
  v.check((text) => !hasMoreThanHost(text), "a host alone, without scheme, port or path"),
  v.check((text) => !/\/0+$/.test(text), 'a part of the network; set mode = "open" for all of it'),
  v.check(isHost, 'a host name, a pattern such as "*.example.org", an IPv4 address or a range such as "10.0.0.0/8"'),
  v.toLowerCase(),
);

/** Which backends there are, the backends themselves say. */
const bottleTable = (backends: readonly string[]) =>
  table({
    backend: v.optional(choice(backends)),
    image: v.optional(image),
    cpus: v.optional(v.pipe(v.number(cpus), v.integer(cpus), v.minValue(1, cpus), v.maxValue(64, cpus)), 2),
    memory: v.optional(
      v.pipe(
        v.union([v.number(), v.string()], memory),
        v.transform(mebibytes),
        v.integer(memory),
        v.minValue(256, memory),
        v.maxValue(262144, memory),
      ),
      4096,
    ),
    user: v.optional(
      v.pipe(
        string,
        v.regex(
          /^[a-z_][a-z0-9_-]{0,31}$/,
          "a user name: at most 32 small letters, digits, _ and -, and a letter or _ first",
        ),
      ),
    ),
    agent: v.optional(string, "claude"),
  });

const Network = table({
  mode: v.optional(choice(["list", "off", "open"]), "list"),
  hosts: v.optional(v.array(host, 'an array of hosts, such as ["example.org"]'), []),
});

/** bottle.toml, and the only source of its type. */
export const manifestSchema = (backends: readonly string[]) =>
  v.pipe(
    table({
      bottle: v.optional(bottleTable(backends), {}),
      env: v.optional(env, {}),
      network: v.optional(Network, {}),
      agents: v.optional(
        v.pipe(
          named(agentName, Agent),
          v.transform((agents) => bare<Agent>({ claude: v.parse(Agent, {}), ...agents })),
        ),
        {},
      ),
    }),
    v.forward(
      v.partialCheck(
        [["bottle", "agent"], ["agents"]],
        ({ bottle, agents }) => Object.hasOwn(agents, bottle.agent),
        ({ input }) => Object.keys(input.agents).join(" "),
      ),
      ["bottle", "agent"],
    ),
  );

export type Manifest = v.InferOutput<ReturnType<typeof manifestSchema>>;
export type Agent = v.InferOutput<typeof Agent>;
