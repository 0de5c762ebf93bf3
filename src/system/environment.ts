import { readFileSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { withoutRelative } from "../lib/paths.ts";

const directories = ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"] as const;

/** A search path that finds nothing. An empty one would make a shell search the working directory. */
const nowhere = "/dev/null";

/**
 * The environment for this program and everything that it starts. PATH has no relative entries, because the working directory belongs to a project.
 * The user's directories are real paths, because they are compared with real paths. BUN_OPTIONS and BUN_BE_BUN are removed: they turn a compiled Bun
 * program into something else.
 */
export function cleanEnv(env: NodeJS.ProcessEnv, zone: () => string | undefined = timeZone): Record<string, string> {
  const { BUN_OPTIONS: _options, BUN_BE_BUN: _bun, ...rest } = env;
  const clean = Object.fromEntries(
    Object.entries(rest).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  if (clean.PATH !== undefined) clean.PATH = withoutRelative(clean.PATH) || nowhere;
  for (const name of directories) if (clean[name]?.startsWith("/")) clean[name] = resolved(normalize(clean[name]));
  // Containers have a zone of their own, and otherwise commits in them would be dated in UTC.
  const named = clean.TZ || zone();
  if (named !== undefined) clean.TZ = named;
  return clean;
}

/** The name of this machine's time zone: the file that its setting leads to, or that Debian names. */
function timeZone(): string | undefined {
  const name = zoneName(linkAt("/etc/localtime") ?? "");
  if (name !== undefined) return name;
  try {
    return zoneName(`zoneinfo/${readFileSync("/etc/timezone", "utf8").trim()}`);
  } catch {
    return undefined;
  }
}

export const zoneName = (path: string): string | undefined =>
  /zoneinfo\/(?:posix\/|right\/)?([\w+-]+(?:\/[\w+-]+)*)$/.exec(path)?.[1];

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** The real path, as far as the path exists. */
function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path === "/" ? path : join(resolved(dirname(path)), basename(path));
  }
}
