import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import lock from "../package-lock.json" with { type: "json" };
import { run } from "./run.ts";
import { targets, type Target } from "./targets.ts";

const root = `${import.meta.dir}/..`;
const cache = `${process.env.XDG_CACHE_HOME ?? `${homedir()}/.cache`}/claude-bottle-release`;

/** Bun's executable for the target, out of the npm package that package-lock.json pins by its hash. */
export async function bunRuntime(target: Target): Promise<string> {
  const { bun: name } = targets[target];
  const installed = `${root}/node_modules/${name}/bin/bun`;
  if (existsSync(installed)) return installed;
  const packages: Record<string, { version?: string; integrity?: string }> = lock.packages;
  const { version, integrity } = packages[`node_modules/${name}`] ?? {};
  if (!version || !integrity) throw new Error(`package-lock.json does not pin ${name}`);
  const kept = `${cache}/${name.replace("/", "-")}-${version}`;
  if (!existsSync(kept)) await download(`${name}@${version}`, integrity, kept);
  return `${kept}/package/bin/bun`;
}

async function download(spec: string, integrity: string, kept: string): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const directory = mkdtempSync(`${tmpdir()}/runtime-`);
  try {
    run(["npm", "pack", "--silent", "--pack-destination", directory, spec], { cwd: directory });
    const [file] = [...new Bun.Glob("*.tgz").scanSync({ cwd: directory, absolute: true })];
    if (!file) throw new Error(`npm pack ${spec} made no file`);
    const sum = new Bun.CryptoHasher("sha512").update(await Bun.file(file).bytes()).digest("base64");
    if (`sha512-${sum}` !== integrity) throw new Error(`${spec} is not the one that package-lock.json pins`);
    const unpacked = mkdtempSync(`${cache}/unpacking-`);
    run(["tar", "-xzf", file, "-C", unpacked]);
    renameSync(unpacked, kept);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
