import { copyFileSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";

const busybox = ["/bin/busybox", "/usr/bin/busybox"].find((path) => Bun.which(path));

export const whyNoBusybox = (): string | undefined => (busybox === undefined ? "busybox is not installed" : undefined);

/** A root file system whose only program is busybox. */
export function busyboxRoot(directory: string): string {
  mkdirSync(`${directory}/bin`, { recursive: true });
  for (const name of ["etc", "tmp", "root"]) mkdirSync(`${directory}/${name}`);
  copyFileSync(busybox ?? "", `${directory}/bin/busybox`);
  // Debian's is not static.
  for (const [, library = ""] of Bun.spawnSync(["ldd", busybox ?? ""])
    .stdout.toString()
    .matchAll(/(\/\S+) \(/g)) {
    mkdirSync(dirname(`${directory}${library}`), { recursive: true });
    copyFileSync(library, `${directory}${library}`);
  }
  for (const name of Bun.spawnSync([busybox ?? "", "--list"])
    .stdout.toString()
    .trim()
    .split("\n"))
    if (name !== "busybox") symlinkSync("busybox", `${directory}/bin/${name}`);
  return directory;
}
