import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from "node:fs";
import { startedBy } from "../system/process.ts";
import type { Holder } from "./holder.ts";
import { ioctl, type Libc } from "./linux.ts";

const NS_GET_USERNS = 0xb701n;

const kinds = ["mnt", "pid", "ipc", "uts", "cgroup", "net"] as const;

/** Open namespaces in the order in which to join them. `net` and its `owner` are among them. */
export type Namespaces = { readonly all: readonly number[]; readonly owner: number; readonly net: number | undefined };

/**
 * Opens the holder's namespaces; undefined if it is gone, or shares a namespace with the host that it must not: a process that joined that one would
 * be outside the bottle.
 */
export function openNamespaces(libc: Libc, { pid, started, network }: Holder): Namespaces | undefined {
  let holder: number | undefined;
  try {
    // This descriptor always refers to that process, even if its pid is reused.
    holder = openSync(`/proc/${pid}`, constants.O_RDONLY | constants.O_DIRECTORY);
    const here = `/proc/self/fd/${holder}`;
    if (startedBy(readFileSync(`${here}/stat`, "utf8")) !== started) return undefined;
    const isOwn = (kind: string) => statSync(`${here}/ns/${kind}`).ino !== statSync(`/proc/self/ns/${kind}`).ino;
    if (!["user", "mnt", "pid", "ipc"].every(isOwn) || isOwn("net") !== (network === "own")) return undefined;
    const user = openSync(`${here}/ns/user`, "r");
    const others = new Map(kinds.filter(isOwn).map((kind) => [kind, openSync(`${here}/ns/${kind}`, "r")]));
    // For an ordinary user, bubblewrap 0.8 adds a second user namespace below the one that owns the others.
    const owner = libc.ioctl(others.get("mnt") ?? -1, NS_GET_USERNS, ...ioctl.padding, 0n);
    if (owner < 0) return undefined;
    const isNested = fstatSync(owner).ino !== fstatSync(user).ino;
    return { all: [owner, ...others.values(), ...(isNested ? [user] : [])], owner, net: others.get("net") };
  } catch {
    return undefined;
  } finally {
    if (holder !== undefined) closeSync(holder);
  }
}
