import { withoutComments } from "./script.ts";
import packScript from "./pack.sh" with { type: "text" };
import unpackScript from "./unpack.sh" with { type: "text" };

/** Writes the file or directory at `path` as a tar stream. The same script runs on the host and in the guest. */
export const packArgv = (path: string): string[] => ["/bin/sh", "-c", withoutComments(packScript), "sh", path];

/** Puts the one item of the stream at `path`, or into `path` if that is a directory, as `cp -R` would. Keeps modes. */
export const unpackArgv = (path: string, name: string): string[] => [
  "/bin/sh",
  "-c",
  withoutComments(unpackScript),
  "sh",
  path,
  name,
];

/** The same, to exactly `path`. Creates missing parent directories. */
export function unpackAsArgv(path: string): string[] {
  const parent = path.slice(0, path.lastIndexOf("/")) || "/";
  const name = path.slice(path.lastIndexOf("/") + 1);
  return ["/bin/sh", "-c", 'mkdir -p -- "$0" && exec "$@"', parent, ...unpackArgv(parent, name)];
}
