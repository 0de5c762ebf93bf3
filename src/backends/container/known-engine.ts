import * as v from "valibot";
import { hashOfJson } from "../../lib/hash.ts";
import { parseJson } from "../../lib/json.ts";
import { fileStamp, isDirectory, listDirectory, readText, removeFile, writePrivate } from "../../system/files.ts";
import { stateDirectory, type System } from "../../system/system.ts";
import type { Engine } from "./engine.ts";

// `podman info` asks the package manager for the version of each of podman's helpers. With podman 4.3.1 that takes 0.3 seconds of CPU time, more
// than everything else before a new container. podman without a service is only a program and its settings, so its answer stays true until one of
// those changes.

type Asked = { readonly system: System; readonly program: string; argv(words: readonly string[]): readonly string[] };

const engineSchema = v.object({
  version: v.string(),
  rootless: v.boolean(),
  mapsUsers: v.boolean(),
  isLocal: v.literal(true),
  id: v.optional(v.string()),
  limits: v.object({ cpus: v.boolean(), memory: v.boolean(), pids: v.boolean() }),
  selinux: v.boolean(),
});
const noteSchema = v.object({ key: v.string(), engine: engineSchema });

/** What podman answered before, if nothing that the answer depends on has changed. */
export function knownEngine(asked: Asked): Engine | undefined {
  const note = v.safeParse(noteSchema, parseJson(readText(noteFile(asked)) ?? ""));
  return note.success && note.output.key === keyOf(asked) ? { id: undefined, ...note.output.engine } : undefined;
}

/** A service answers quickly, and may be another one the next time. */
export function noteEngine(asked: Asked, engine: Engine): void {
  if (asked.program !== "podman" || !engine.isLocal) return;
  try {
    writePrivate(noteFile(asked), JSON.stringify({ key: keyOf(asked), engine }));
  } catch {
    // Without the note the next start is only slower. What needs the state directory says what is wrong with it.
  }
}

export const forgetEngine = (asked: Asked): boolean => removeFile(noteFile(asked));

const noteFile = ({ system, program }: Asked): string => `${stateDirectory(system.env)}/engines/${program}.json`;

/** podman's program, its settings as containers.conf(5) and containers-storage.conf(5) list them, and the machine. */
function keyOf(asked: Asked): string {
  const { env, user, kernel } = asked.system;
  const own = Object.entries(env).filter(([name]) => /^(CONTAINER|STORAGE_|PODMAN_|XDG_|DOCKER_|HOME$|TMPDIR$)/.test(name));
  const named = own.map(([, value]) => value).filter((value) => value.startsWith("/") && !isDirectory(value));
  const settings = ["/usr/share/containers", "/etc/containers", `${env.XDG_CONFIG_HOME ?? `${env.HOME}/.config`}/containers`];
  const machine = ["/proc/sys/kernel/hostname", "/proc/sys/kernel/random/boot_id", `/sys/fs/cgroup/user.slice/user-${user.uid}.slice/user@${user.uid}.service/cgroup.controllers`];
  const stamps = [...asked.argv([]), ...named, ...settings.flatMap(filesIn)].map(fileStamp);
  return hashOfJson([user.uid, kernel, own.toSorted(), stamps, machine.map((file) => readText(file))]);
} // prettier-ignore

/** Includes the files in its `.conf.d` directories. */
const filesIn = (directory: string): string[] =>
  listDirectory(directory).flatMap((name) => {
    const path = `${directory}/${name}`;
    return isDirectory(path) ? listDirectory(path).map((inner) => `${path}/${inner}`) : [path];
  });
