import { copyFileSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";

const busybox = ["/bin/busybox", "/usr/bin/busybox"].find((path) => Bun.which(path));

export const whyNoBusybox = (): string | undefined => (busybox === undefined ? "busybox is not installed" : undefined);

/** A root file system whose only program is busybox. */
export function busyboxRoot(folder: string): string {
  mkdirSync(`${folder}/bin`, { recursive: true });
  for (const name of ["etc", "tmp", "root"]) mkdirSync(`${folder}/${name}`);
  copyFileSync(busybox ?? "", `${folder}/bin/busybox`);
  // Debian's is not static.
  for (const [, library = ""] of Bun.spawnSync(["ldd", busybox ?? ""])
    .stdout.toString()
    .matchAll(/(\/\S+) \(/g)) {
    mkdirSync(dirname(`${folder}${library}`), { recursive: true });
    copyFileSync(library, `${folder}${library}`);
  }
  for (const name of Bun.spawnSync([busybox ?? "", "--list"])
    .stdout.toString()
    .trim()
    .split("\n"))
    if (name !== "busybox") symlinkSync("busybox", `${folder}/bin/${name}`);
  return folder;
}
