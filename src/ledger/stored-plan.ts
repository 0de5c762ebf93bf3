import * as v from "valibot";
import type { BottlePlan } from "../plan/plan.ts";

// A row that another version of claude-bottle, or an editor, may have written. A missing part gets the value that means "nothing", so that a
// bottle never gets more than its row says.

const text = v.string();
const optional = <const S extends v.GenericSchema>(schema: S) => v.fallback(v.optional(schema), undefined);
const listOf = <const S extends v.GenericSchema>(schema: S) => v.fallback(v.array(schema), []);

const user = v.object({ name: text, uid: v.number(), gid: v.number(), home: text });
const network = v.object({
  mode: v.picklist(["list", "off", "open"]),
  hosts: listOf(text),
  opened: optional(v.array(text)),
  hostPorts: optional(v.array(v.number())),
  gatewayPort: optional(v.number()),
  furtherPort: optional(v.number()),
});
const engine = v.object({
  image: text,
  proxyImage: optional(text),
  user,
  keepId: v.boolean(),
  limits: v.object({ cpus: v.boolean(), memory: v.boolean(), pids: v.boolean() }),
  selinux: v.boolean(),
});

const plan = v.looseObject({
  name: text,
  backend: text,
  directory: text,
  user,
  givenName: optional(text),
  image: optional(text),
  template: optional(v.object({ base: optional(text), setup: optional(text), claude: optional(text) })),
  pack: optional(text),
  cpus: v.fallback(v.number(), 2),
  memoryMiB: v.fallback(v.number(), 4096),
  copied: optional(v.literal(true)),
  mounts: listOf(v.object({ source: text, target: text, mode: v.picklist(["ro", "rw"]), part: optional(v.literal("repository")) })),
  network: v.fallback(network, { mode: "off", hosts: [], opened: undefined, hostPorts: undefined, gatewayPort: undefined, furtherPort: undefined }),
  credentials: listOf(v.object({ variable: text, host: optional(text) })),
  git: optional(v.object({ config: text, ignore: optional(text), attributes: optional(text), overrides: optional(v.array(v.tuple([text, text]))) })),
  certificates: optional(text),
  knownHosts: optional(text),
  keepsClaude: optional(v.boolean()),
  sshAgent: optional(text),
  idleMinutes: optional(v.number()),
  loginInside: optional(v.boolean()),
  records: optional(text),
  providedFiles: optional(v.array(text)),
  provisioned: optional(v.array(text)),
  engine: optional(engine),
  syncEvery: optional(v.number()),
  kubernetes: optional(v.looseObject({})),
  cluster: optional(v.object({ context: text, namespace: text, storageClass: optional(text) })),
}); // prettier-ignore

/** The plan in a row that this version did not write; undefined if it does not even name its bottle. */
export function readStoredPlan(stored: string): BottlePlan | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(stored);
  } catch {
    return undefined;
  }
  const result = v.safeParse(plan, parsed);
  if (!result.success) return undefined;
  // Drops keys without a value: in a plan, it matters whether a key exists.
  return JSON.parse(JSON.stringify(result.output)) as BottlePlan;
}
