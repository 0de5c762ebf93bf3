import { hashOfJson } from "../lib/hash.ts";

/** `[a-z0-9]+(-[a-z0-9]+)*`, at most 40 characters: what every backend takes as a machine's name. */
export const bottleNamePattern = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/**
 * The same directory, user and given name make the same machine, on any day and from any terminal.
 * `name` is what the user called a further bottle of the directory (`run --name`).
 */
export function bottleName(directory: string, uid: number, name = ""): string {
  const readable = slug(name || (directory.split("/").at(-1) ?? ""))
    .slice(0, 24)
    .replace(/-$/, "");
  const hash = hashOfJson([directory, uid, name]).slice(0, 10);
  return ["cb", readable, hash].filter(Boolean).join("-");
}

function slug(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
}
