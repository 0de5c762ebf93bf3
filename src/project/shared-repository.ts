import { dirname } from "node:path";
import { mergePackedRefs } from "../lib/packed-refs.ts";
import type { BottlePlan, MountPlan } from "../plan/plan.ts";
import { exists, isDirectory, isLink, listDirectory, privateDirectory, readText, realPath, removeFile, removeTree, renameOver, replaceSymlink, writePrivate } from "../system/files.ts"; // prettier-ignore
import { createFile, linkTarget, makeDirectory } from "../system/entries.ts";
import { readHostile } from "../system/hostile.ts";
import { stateDirectory, type System } from "../system/system.ts";

// A linked worktree writes into a repository that other worktrees share. To delete a branch, git makes `packed-refs.lock` beside the
// configuration and the hooks, and a process that can create files there can create one named `commondir`, which gives the host's git another configuration.
// So the bottle sees a directory of ours in place of the repository, with links to the parts that it may only read and the parts that it may write
// mounted. Its changes to `config` and `packed-refs` stay there. `settleRefs` copies the references back.

/** The directories that a commit writes: objects of git and of git-lfs, references as files or tables, and their logs. */
export const writtenIn = (common: string): string[] =>
  ["objects", "refs", "logs", ...["lfs", "reftable"].filter((name) => exists(`${common}/${name}`))].map((name) => `${common}/${name}`); // prettier-ignore

/** Where our directory for a bottle is. */
export const viewOf = ({ env }: System, bottle: string): string => `${stateDirectory(env)}/repositories/${bottle}`;

export function viewMounts(view: string, common: string, gitDirectory: string): MountPlan[] {
  const mount = (source: string, target: string, mode: MountPlan["mode"]): MountPlan => ({ source, target, mode, part: "repository" }); // prettier-ignore
  // A link instead of a directory would lead out of what was judged.
  const directories = writtenIn(common).filter((path) => !exists(path) || realPath(path) === path);
  return [
    mount(`${view}/shown`, common, "rw"),
    mount(`${view}/packed`, `${common}/.packed`, "rw"),
    mount(common, `${common}/.host`, "ro"),
    ...directories.map((path) => mount(path, path, "rw")),
    mount(dirname(gitDirectory), dirname(gitDirectory), "ro"),
    mount(gitDirectory, gitDirectory, "rw"),
  ];
}

/** The parts of a plan's view. */
type View = { readonly view: string; readonly common: string };

export function viewIn({ mounts }: Pick<BottlePlan, "mounts">): View | undefined {
  const packed = mounts.find(({ part, target }) => part === "repository" && target.endsWith("/.packed"));
  return packed && { view: dirname(packed.source), common: dirname(packed.target) };
}

/**
 * git resolves a chain of five links to find where to lock a file (lockfile.c, MAXDEPTH), so that the lock is beside the fifth, in our directory.
 * Reading follows all of them to the repository's own list, as it is now.
 */
const chain = 5;
const last = String(chain);
const hostList = "../.host/packed-refs";

const healingHook = "reference-transaction";
/** git before 2.47 writes its own list for each branch that it deletes, packed or not. Often the list has not changed. */
const healing = `#!/bin/sh
# Goes back from a list of the bottle's own to the repository's, if they are the same.
[ "$1" = committed ] && cd "\${0%/*}/../.packed" && [ ! -L ${last} ] && (set -C && : >${last}.lock) 2>/dev/null || exit 0
if [ -e ${hostList} ]; then cmp -s ${last} ${hostList}; else [ "$(wc -l <${last})" -le 1 ]; fi &&
  ln -s ${hostList} ${last}.link && mv ${last}.link ${last}
rm -f ${last}.lock
`;

/** Creates or updates our directory before the bottle starts. */
export function prepareView(plan: Pick<BottlePlan, "directory" | "mounts">): void {
  const found = viewIn(plan);
  if (!found) return;
  const { view, common } = found;
  settleRefs(plan);
  // A bare repository has none until its first worktree writes one. Its owner decides who else may read it.
  makeDirectory(`${common}/logs`);
  const shown = privateDirectory(`${view}/shown`);
  const packed = privateDirectory(`${view}/packed`);
  const below = plan.mounts.map(({ target }) => target).concat(plan.directory).filter((path) => path.startsWith(`${common}/`)); // prettier-ignore
  const places = new Set(below.flatMap((path) => path.slice(common.length + 1).split("/")[0] ?? []));
  for (const name of places) makePlace(`${shown}/${name}`);
  makePlace(`${shown}/hooks`);
  for (const name of listDirectory(`${common}/hooks`).filter((name) => !name.endsWith(".sample")))
    makeLink(`${shown}/hooks/${name}`, `../.host/hooks/${name}`);
  if (!exists(`${common}/hooks/${healingHook}`)) writePrivate(`${shown}/hooks/${healingHook}`, healing, 0o700);
  const known = ["HEAD", "info", "index", "shallow", "modules", ...listDirectory(common)];
  const skipped = new Set([...places, "config", "hooks", "packed-refs", "packed-refs.lock", "rr-cache", "commondir"]);
  for (const name of known) if (!skipped.has(name)) makeLink(`${shown}/${name}`, `.host/${name}`);
  makeLink(`${shown}/packed-refs`, ".packed/1");
  for (let index = 1; index < chain; index += 1) makeLink(`${packed}/${index}`, String(index + 1));
  if (!exists(`${view}/base`)) linkList(found, listOf(common));
  const config = readText(`${common}/config`) ?? "";
  if (readText(`${view}/config`) === config && exists(`${shown}/config`)) return;
  writePrivate(`${shown}/config`, ownConfig(config));
  writePrivate(`${view}/config`, config);
}

/** For mounts. */
function makePlace(path: string): void {
  if (isLink(path) || (exists(path) && !isDirectory(path))) removeTree(path);
  privateDirectory(path);
}

function makeLink(path: string, target: string): void {
  if (linkTarget(path) === target) return;
  removeTree(path);
  replaceSymlink(path, target);
}

/** git before 2.48 refuses the extension, and reads such worktrees. Packing would hide references from the host until they are settled. */
const ownConfig = (text: string): string =>
  `${text.replace(/^[ \t]*relativeworktrees[ \t]*=.*\n/gim, "")}\n[gc]\n\tauto = 0\n\tpackRefs = false\n`;

const limitBytes = 64 * 1024 * 1024;
const listOf = (common: string): string => readText(`${common}/packed-refs`, { maxBytes: limitBytes }) ?? "";

/** The bottle sees the repository's own list again, which it changes from `base` on. */
function linkList({ view }: View, base: string): void {
  writePrivate(`${view}/base`, base);
  makeLink(`${view}/packed/${last}`, hostList);
}

/**
 * git in the bottle writes its own list when it deletes or packs references. Copies that back, unless git on either side is writing at this moment:
 * then the next call does.
 */
export function settleRefs(plan: Pick<BottlePlan, "mounts">): void {
  const found = viewIn(plan);
  if (!found || !exists(`${found.view}/base`) || isLink(`${found.view}/packed/${last}`)) return;
  const { view, common } = found;
  const locks = [`${view}/packed/${last}.lock`, `${common}/packed-refs.lock`];
  const held = locks.filter((lock) => createFile(lock));
  try {
    if (held.length < locks.length) return;
    const host = listOf(common);
    const own = readHostile(`${view}/packed`, last, limitBytes)?.text;
    const base = readText(`${view}/base`, { maxBytes: limitBytes }) ?? "";
    const merged = own === undefined ? undefined : mergePackedRefs({ base, own, host }, (name) => exists(`${common}/${name}`));
    if (merged !== undefined && createFile(`${common}/packed-refs.new`, merged))
      renameOver(`${common}/packed-refs.new`, `${common}/packed-refs`);
    linkList(found, merged ?? host);
  } finally {
    for (const lock of held) removeFile(lock);
  }
} // prettier-ignore

export const forgetView = (system: System, bottle: string): void => removeTree(viewOf(system, bottle));
