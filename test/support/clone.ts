import { mkdirSync, symlinkSync } from "node:fs";

const root = `${import.meta.dir}/../..`;
const parts = ["src", "docs", "release", "test", "package.json", "package-lock.json", "build.ts", "install.sh", "bunfig.toml", "tsconfig.json"]; // prettier-ignore

/** This clone's files, without its history, in another place; returns the place. */
export function copyOfClone(place: string): string {
  mkdirSync(place, { recursive: true });
  for (const part of parts) Bun.spawnSync(["cp", "-R", `${root}/${part}`, place]);
  symlinkSync(`${root}/node_modules`, `${place}/node_modules`);
  return place;
}
