import { lstatSync, readlinkSync } from "node:fs";
import { basename, dirname } from "node:path";
import { contains } from "../lib/paths.ts";
import { linkOfBottle, tooManyLinks } from "./errors.ts";

/** A real directory and a name in it, which may be a link or missing. */
export type Place = { readonly directory: string; readonly name: string };

const mostLinks = 40;

/**
 * Where a path that the user typed leads. The user's own links are followed; a link as the last part only if a slash follows. A link below one of
 * `guests`, real directories that a bottle can write to, may not be the user's, and throws UserError.
 */
export function placeOf(typed: string, cwd: string, guests: readonly string[]): Place {
  const isDirectory = /(^|\/)\.{0,2}$/.test(typed);
  const left = `${typed.startsWith("/") ? "" : `${cwd}/`}${typed}`.split("/");
  let directory = "/";
  let links = 0;
  for (let part = left.shift(); part !== undefined; part = left.shift()) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      directory = dirname(directory);
      continue;
    }
    const path = directory === "/" ? `/${part}` : `${directory}/${part}`;
    const isLast = left.every((rest) => rest === "" || rest === ".");
    if (isLast && !isDirectory) return { directory, name: part };
    const target = linkAt(path);
    if (target === undefined) directory = path;
    else if (guests.some((guest) => contains(guest, directory))) throw linkOfBottle(path, target);
    else {
      if (++links > mostLinks) throw tooManyLinks(typed);
      if (target.startsWith("/")) directory = "/";
      left.unshift(...target.split("/"));
    }
  }
  return { directory: dirname(directory), name: directory === "/" ? "" : basename(directory) };
}

/** Where a link leads; undefined for anything else. */
function linkAt(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}
