import { closeSync, openSync } from "node:fs";
import { codeOf } from "../lib/errno.ts";
import { shellQuote } from "../lib/quote.ts";
import { deviceDenied, noDevice } from "./errors.ts";
import { fileStatus, readText } from "./files.ts";
import { noteOther } from "./inputs.ts";
import type { User } from "./system.ts";

/** Throws UserError if the device cannot be opened for reading and writing, with advice about its group. */
export function openDevice(path: string, user: User): void {
  noteOther();
  try {
    closeSync(openSync(path, "r+"));
  } catch (cause) {
    const denied = codeOf(cause) === "EACCES" || codeOf(cause) === "EPERM";
    throw denied ? deviceDenied(path, wayIn(path, user), cause) : noDevice(path, cause);
  }
}

/** A process keeps the groups that its user had at login. */
function wayIn(path: string, user: User): string {
  const device = fileStatus(path);
  const group = device && device.gid !== 0 && (device.mode & 0o060) === 0o060 ? groupOf(device.gid) : undefined;
  if (!group) return `sudo chgrp kvm ${path} && sudo chmod 660 ${path}`;
  return group.members.includes(user.name)
    ? `log in again: this login is older than your place in the group ${group.name}`
    : `sudo usermod -aG ${shellQuote(group.name)} $USER, then log in again`;
}

function groupOf(gid: number): { name: string; members: readonly string[] } | undefined {
  const [, name, members = ""] =
    new RegExp(`^([^:\n]+):[^:\n]*:${gid}:([^\n]*)`, "m").exec(readText("/etc/group") ?? "") ?? [];
  return name === undefined ? undefined : { name, members: members.split(",") };
}
