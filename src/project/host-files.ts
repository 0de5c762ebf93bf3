import { sha256 } from "../lib/hash.ts";
import { basename, resolve } from "node:path";
import { UserError } from "../errors.ts";
import { contains } from "../lib/paths.ts";
import { namesOf, withNames } from "../manifest/host-command.ts";
import type { Manifest } from "../manifest/schema.ts";
import type { MountPlan } from "../plan/plan.ts";
import { readBounded } from "../system/bounded.ts";
import { fileStatus, isDirectory, listDirectory, realPath, removeTree, writePrivate } from "../system/files.ts";
import { stateDirectory, type System } from "../system/system.ts";
import { cannotBeJudged, changedSinceRead, namedInsideArgument } from "./errors.ts";

/** A file that a bottle may change and a host command names, as it was when it was judged. */
export type HostFile = { readonly content: Uint8Array; readonly isRunnable: boolean; readonly hash: string };

/** By path, as the commands name it. */
export type HostFiles = ReadonlyMap<string, HostFile>;

/** The manifest's host commands before and after a bottle runs. */
export type Hooks = { readonly commands: Manifest["hooks"]; readonly files: HostFiles };

const longest = 16 * 1024 * 1024;
/** Throws UserError for a file that is too long to judge. */
export function hostFiles(
  directory: string,
  mounts: readonly MountPlan[],
  commands: readonly { readonly command: readonly string[]; readonly cwd: string }[],
): HostFiles {
  const writable = [directory, ...mounts.filter(({ mode }) => mode === "rw").map(({ source }) => source)];
  const found = new Map<string, HostFile>();
  const paths = commands.flatMap(({ command, cwd }) => {
    const { read, other } = namesOf(command);
    return [...read, ...other].map((name) => resolve(cwd, name));
  });
  for (const path of new Set(paths)) {
    const real = realPath(path);
    // A link in the project leads to wherever a session points it.
    if (real === undefined || !writable.some((own) => contains(own, path) || contains(own, real))) continue;
    if (isDirectory(real)) continue;
    const file = readBounded(path, longest);
    if (!file) throw cannotBeJudged(path);
    found.set(path, { content: file.content, isRunnable: (file.mode & 0o111) !== 0, hash: hashOf(file.content) });
  }
  return found;
}

/**
 * The command, with our copies in place of the files that it reads: a bottle may have changed them since they were judged. Throws UserError if a
 * bottle changed a file that the command may also write.
 */
export function withCopies(system: System, cwd: string, command: readonly string[], files: HostFiles): string[] {
  const { read, other } = namesOf(command);
  for (const name of other) {
    const path = resolve(cwd, name);
    const file = files.get(path);
    if (file && hashOf(readBounded(path, longest)?.content) !== file.hash) throw changedSinceRead(name);
  }
  const copies = new Map<string, string>();
  for (const name of read) {
    const file = files.get(resolve(cwd, name));
    if (!file) continue;
    const path = `${stateDirectory(system.env)}/host-files/${file.hash.slice(0, 32)}/${basename(name)}`;
    if (/[^A-Za-z0-9_@%+=:,./-]/.test(path) && !command.includes(name)) throw namedInsideArgument(name);
    writePrivate(path, file.content, file.isRunnable ? 0o700 : 0o600);
    copies.set(name, path);
  }
  if (copies.size > 0) forgetUnused(system);
  return withNames(command, copies);
}

const keptMs = 7 * 24 * 3600_000;

/** What a hook started may run for days, and read its copy again. */
function forgetUnused(system: System): void {
  const directory = `${stateDirectory(system.env)}/host-files`;
  for (const name of listDirectory(directory)) {
    const path = `${directory}/${name}`;
    if ((fileStatus(path)?.modifiedAt ?? 0) < system.now() - keptMs) removeTree(path);
  }
}

const hashOf = (content: Uint8Array | undefined): string => sha256(content ?? "");
