import { hashOfJson } from "../lib/hash.ts";

import type { Manifest } from "../manifest/schema.ts";
import type { BottlePlan, FilePlan } from "../plan/plan.ts";
import { sessionUser } from "../plan/session.ts";
import type { Provision } from "../project/provision.ts";

export type Command = Manifest["provision"]["commands"][number];

/**
 * A file or a command of [provision]. `id` describes what it does; a file's ID ends with a colon and a hash of the content. So a new or changed task
 * is performed in a running bottle too.
 */
export type Task = { readonly id: string; readonly everyStart: boolean } & (
  { readonly file: FilePlan } | { readonly command: Command }
);

export async function tasksOf({ files, commands }: Provision): Promise<Task[]> {
  const toRun = commands.map((command) => ({
    id: hash(["command", command.run, command.user, command.directory]),
    everyStart: command.when === "start",
    command,
  }));
  if (files.length === 0) return toRun;
  const { treeStamp } = await import("../system/host-tree.ts");
  const toCopy = files.map((file) => ({
    id: `${hash(["file", file.target])}:${hash([file.source, treeStamp(file.source)])}`,
    everyStart: true,
    file,
  }));
  return [...toCopy, ...toRun];
}

/** `starts`: the bottle is about to start. */
export const isDue = ({ id, everyStart }: Task, { provisioned = [] }: BottlePlan, starts: boolean): boolean =>
  (starts && everyStart) || !provisioned.includes(id);

/** The file's path in the bottle. */
export const placeOf = (plan: BottlePlan, { target }: FilePlan): string =>
  target.startsWith("~/") ? `${sessionUser(plan).home}${target.slice(1)}` : target;

/** The plan after the task. The copied file's earlier ID is dropped. */
export function withDone(plan: BottlePlan, task: Task): BottlePlan {
  const what = (id: string) => id.split(":")[0];
  const others = (plan.provisioned ?? []).filter((id) => what(id) !== what(task.id));
  const done = { ...plan, provisioned: [...others, task.id] };
  if (!("file" in task)) return done;
  return { ...done, providedFiles: [...new Set([...(plan.providedFiles ?? []), placeOf(plan, task.file)])] };
}

const hash = (words: readonly unknown[]): string => hashOfJson(words).slice(0, 16);
