import { withoutComments } from "./script.ts";
import packScript from "./pack.sh" with { type: "text" };
import unpackScript from "./unpack.sh" with { type: "text" };

/** Writes the file or directory at `path` as a tar stream; the same script on either side. */
export const packArgv = (path: string): string[] => ["/bin/sh", "-c", withoutComments(packScript), "sh", path];

/** Puts the stream's one item at `path`, or into it where it is a directory, as `cp -R` would; modes are kept. */
export const unpackArgv = (path: string, name: string): string[] => [
  "/bin/sh",
  "-c",
  withoutComments(unpackScript),
  "sh",
  path,
  name,
];

/** The same, to exactly `path`; the directories above it are made. */
export function unpackAsArgv(path: string): string[] {
  const parent = path.slice(0, path.lastIndexOf("/")) || "/";
  const name = path.slice(path.lastIndexOf("/") + 1);
  return ["/bin/sh", "-c", 'mkdir -p -- "$0" && exec "$@"', parent, ...unpackArgv(parent, name)];
}
