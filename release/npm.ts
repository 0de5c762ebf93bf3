import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { run } from "./run.ts";
import { targets, type Target } from "./targets.ts";

type Sources = {
  readonly version: string;
  readonly description: string;
  readonly licences: string;
  readonly binaries: Readonly<Partial<Record<Target, string>>>;
};

/** A package for each machine, and one named claude-bottle that takes the fitting one along; as .tgz files in `out`. */
export function packNpm({ version, description, licences, binaries }: Sources, directory: string, out: string): void {
  mkdirSync(out, { recursive: true });
  const built = Object.entries(binaries) as [Target, string][];
  const common = { version, license: "MIT" };
  const pack = (name: string, manifest: object, fill: (place: string) => void) => {
    const place = `${directory}/${name}`;
    mkdirSync(`${place}/bin`, { recursive: true });
    writeFileSync(`${place}/package.json`, `${JSON.stringify({ name, ...common, ...manifest }, null, 2)}\n`);
    copyFileSync(licences, `${place}/LICENSES.txt`);
    fill(place);
    run(["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", out], { cwd: place });
  };
  for (const [target, binary] of built) {
    const { os, cpu, libc } = targets[target];
    const about = { description: `claude-bottle for ${target}`, os: [os], cpu: [cpu], ...(libc && { libc: [libc] }) };
    pack(`claude-bottle-${target}`, { ...about, preferUnplugged: true }, (place) => {
      copyFileSync(binary, `${place}/bin/claude-bottle`);
      chmodSync(`${place}/bin/claude-bottle`, 0o755);
    });
  }
  const optionalDependencies = Object.fromEntries(built.map(([target]) => [`claude-bottle-${target}`, version]));
  const bin = { "claude-bottle": "bin/claude-bottle.js" };
  pack("claude-bottle", { description, bin, engines: { node: ">=18" }, optionalDependencies }, (place) => {
    copyFileSync(`${import.meta.dir}/npm-start.js`, `${place}/bin/claude-bottle.js`);
    chmodSync(`${place}/bin/claude-bottle.js`, 0o755);
  });
}
