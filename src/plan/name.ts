import { hashOfJson } from "../lib/hash.ts";

/** `[a-z0-9]+(-[a-z0-9]+)*`, at most 40 characters: a machine name that every backend accepts. */
export const bottleNamePattern = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** The same directory, user and given name always make the same machine name, on any day and from any terminal. `name` comes from `run --name`. */
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
