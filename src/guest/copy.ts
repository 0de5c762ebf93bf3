import { withoutComments } from "./script.ts";
import packScript from "./pack.sh" with { type: "text" };
import unpackScript from "./unpack.sh" with { type: "text" };

/** Writes the file or folder at `path` as a tar stream; the same script on either side. */
export const packArgv = (path: string): string[] => ["/bin/sh", "-c", withoutComments(packScript), "sh", path];

/** Puts the stream's one item at `path`, or into it where it is a folder, as `cp -R` would; modes are kept. */
export const unpackArgv = (path: string, name: string): string[] => [
  "/bin/sh",
  "-c",
  withoutComments(unpackScript),
  "sh",
  path,
  name,
];
