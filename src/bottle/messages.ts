import type { BottlePlan } from "../plan/plan.ts";

// What this room tells the user, apart from its errors. A pair is a text and its hint.

export const waitingForAnother = (name: string) => `waiting for another claude-bottle to finish with bottle "${name}"`;

export const creatingBottle = (plan: BottlePlan) => `creating bottle "${plan.name}" ${madeOf(plan)}`;

function madeOf({ backend, cpus, memoryMiB, image, template, copied }: BottlePlan): string {
  const from = image ?? (template && "the template");
  if (from === undefined) return `(${backend})`;
  return `(${backend}, ${cpus} cpus, ${memoryMiB} MiB) from ${from}${copied ? ", with a copy of the project" : ""}`;
}

export const startingBottle = (name: string) => `starting bottle "${name}"`;

export const resumingBottle = (name: string) => `resuming bottle "${name}"`;

export const stoppedBottle = (name: string) => `stopped bottle "${name}"`;

export const recreatingBottle = (name: string) => `removing bottle "${name}" to recreate it`;

export const removedBottle = (name: string) => `removed bottle "${name}"`;

export const keptClaude = (name: string) => `~/.claude of bottle "${name}" is kept for the next one`;

/** `changed`: the names of the settings. */
export const otherSettings = (name: string, changed: readonly string[]) =>
  [
    `bottle "${name}" was created with different settings (${changed.join(", ")})`,
    "claude-bottle run --fresh recreates it with the current ones",
  ] as const;

export const loopbackPorts = (ports: readonly number[]) => `port ${ports.join(", ")} of this machine's loopback`;

export const wholeLoopback = "all of this machine's loopback";

/** `opened`: one of the two above. */
export const reachesLoopback = (opened: string, isGateway: boolean) =>
  `it may reach ${opened}${isGateway ? ", because ANTHROPIC_BASE_URL is there" : ""}`;

/** `changes`: such as "+example.com". */
export const updatedHosts = (name: string, changes: readonly string[]) =>
  `updated the allowed hosts of bottle "${name}": ${changes.join(" ")}`;

export const endedAgent = (name: string) =>
  [
    `the ssh agent that bottle "${name}" started with has ended`,
    "claude-bottle stop; the next session gets the agent that runs now",
  ] as const;

export const runningHook = (hook: string, line: string) => `${hook}: ${line}`;

export const skippingHook = (why: string) => `skipping the after-stop hook: ${why}`;

/** `command`: in quotes. */
export const runningCommand = (command: string) => `running ${command} in the bottle`;

/** `names`: a list of files. */
export const skippedFiles = (names: string) => `skipped (not a regular file): ${names}`;

export const withoutLedger = ({ message, hint }: { readonly message: string; readonly hint?: string | undefined }) =>
  [`${message}; continuing without it`, hint] as const;

/** Why weaker isolation is all that there is: `passedOver` says it of each better backend, `sandbox` what confines a bottle. */
export const whyWeaker = (passedOver: string, backend: string, sandbox: string, isOpen: boolean) =>
  `${passedOver}\n${backend} can: ${sandbox}${isOpen ? "; its bottles reach all of the network" : ""}`;

export const useFromNowOn = (backend: string) => `Use ${backend} on this machine from now on?`;

/** One line; undefined if nothing is only in the bottle. */
export function onlyInBottle(name: string, conversations: number, files: number): string | undefined {
  const parts = [some(conversations, "conversation"), some(files, "file")].filter(Boolean);
  if (parts.length === 0) return undefined;
  return `${parts.join(" and ")} ${conversations + files === 1 ? "is" : "are"} only in bottle "${name}"`;
}

const some = (number: number, what: string) => (number === 0 ? "" : `${number} ${what}${number === 1 ? "" : "s"}`);
