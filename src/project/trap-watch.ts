import * as v from "valibot";
import { dirname } from "node:path";
import type { BottlePlan } from "../plan/plan.ts";
import { listDirectory, readText, removeFile, writePrivate } from "../system/files.ts";
import type { System } from "../system/system.ts";
import { warn } from "../ui/messages.ts";
import type { GitTraps } from "./git-traps.ts";
import { reviewFiles } from "./messages.ts";
import { trapFile } from "./trap-note.ts";

const schema = v.object({
  /** The state when it was last reported, or when the first session began. */
  known: v.record(v.string(), v.string()),
  repositories: v.object({
    places: v.pipe(v.array(v.string()), v.readonly()),
    links: v.pipe(v.array(v.string()), v.readonly()),
    linksElsewhere: v.optional(v.pipe(v.array(v.string()), v.readonly()), []),
  }),
  /** A command has run since, and nothing was checked at its end. */
  isOpen: v.boolean(),
  /** Changes that the user cannot have read: the terminal was gone, or the disk full. */
  untold: v.array(v.string()),
});
type Watch = v.InferOutput<typeof schema>;

const none = { places: [], links: [], linksElsewhere: [] };

/**
 * Runs before a session, whose changes are compared with the current state. First reports what changed unobserved, or could not be shown before.
 * `isAlone`: no other session of the bottle runs. The output of an exec belongs to its command, so an exec only notes that it ran.
 */
export async function watchTraps(
  system: System,
  plan: BottlePlan,
  { isExec, isAlone }: { readonly isExec: boolean; readonly isAlone: boolean },
): Promise<void> {
  const { name, directory } = plan;
  await settle(plan);
  const before = read(system, name);
  if (isExec && before) {
    if (!before.isOpen) write(system, name, { ...before, isOpen: true });
    return;
  }
  const [{ gitTraps }, { findRepositories }, { usersSettings }] = await looking();
  // The first session searches the whole project; later ones use what the last one found.
  const repositories = before?.repositories ?? (await findRepositories(system, plan)) ?? none;
  const user = { home: system.env.HOME ?? "", settings: await usersSettings(system, directory) };
  const now = gitTraps(directory, repositories, user);
  const missed = before?.isOpen && isAlone ? changes(before.known, now) : [];
  const untold = [...new Set([...(before?.untold ?? []), ...missed])];
  if (!isExec && untold.length > 0) tell(system, untold, { isEarlier: true });
  const known = before && !isAlone ? before.known : now;
  write(system, name, { known, repositories, isOpen: true, untold: isExec || !canBeRead(system) ? untold : [] });
}

/** Runs after a session. `isHeard`: its terminal still exists. */
export async function tellTraps(
  system: System,
  plan: BottlePlan,
  { isAlone, isHeard }: { readonly isAlone: boolean; readonly isHeard: boolean },
): Promise<void> {
  const { name, directory } = plan;
  const before = read(system, name);
  if (!before) return;
  const [{ gitTraps }, { findRepositories }, { usersSettings }] = await looking();
  const repositories = (await findRepositories(system, plan)) ?? before.repositories;
  const user = { home: system.env.HOME ?? "", settings: await usersSettings(system, directory) };
  const now = gitTraps(directory, repositories, user);
  const changed = changes(before.known, now);
  if (changed.length > 0) tell(system, changed, { isEarlier: false });
  const untold = isHeard ? before.untold : [...new Set([...before.untold, ...changed])];
  write(system, name, { known: now, repositories, isOpen: !isAlone, untold });
}

/** Few bottles share a repository. */
export async function settle(plan: BottlePlan): Promise<void> {
  if (plan.mounts.some(({ part }) => part === "repository")) (await import("./shared-repository.ts")).settleRefs(plan);
}

/** Once its bottle is gone. First reports what could not be shown before. */
export function forgetTraps(system: System, name: string): void {
  const untold = read(system, name)?.untold ?? [];
  if (untold.length > 0) tell(system, untold, { isEarlier: true });
  removeFile(trapFile(system, name));
}

/** The bottles that have such a file. */
export const listTraps = (system: System): string[] =>
  listDirectory(dirname(trapFile(system, "x"))).flatMap((file) => (file.endsWith(".json") ? [file.slice(0, -5)] : []));

/** An exec in a bottle that is known needs none of these. */
const looking = () => Promise.all([import("./git-traps.ts"), import("./repositories.ts"), import("./git-settings.ts")]);

const canBeRead = (system: System): boolean => system.isTty.stderr;

const changes = (before: GitTraps, now: GitTraps): string[] =>
  Object.entries(now).flatMap(([path, content]) => (before[path] === content ? [] : [path])).sort(); // prettier-ignore

const tell = (system: System, paths: readonly string[], when: { readonly isEarlier: boolean }): void =>
  warn(system, ...reviewFiles(paths, when));

function read(system: System, name: string): Watch | undefined {
  try {
    return v.parse(schema, JSON.parse(readText(trapFile(system, name)) ?? "null"));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof v.ValiError) return undefined;
    throw error;
  }
}

const write = (system: System, name: string, watch: Watch): void =>
  writePrivate(trapFile(system, name), JSON.stringify(watch));
