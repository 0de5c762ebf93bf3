import { chmodSync, mkdirSync } from "node:fs";
import { run } from "./run.ts";

/** The directory's files as a .tar.gz whose bytes depend on nothing but theirs. */
export async function packArchive(directory: string, names: readonly string[], file: string): Promise<void> {
  for (const name of names) chmodSync(`${directory}/${name}`, name === "claude-bottle" ? 0o755 : 0o644);
  mkdirSync(file.slice(0, file.lastIndexOf("/")), { recursive: true });
  const tar = `${directory}/archive.tar`;
  run([
    "tar", "--create", "--format=ustar", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner",
    `--file=${tar}`, `--directory=${directory}`, ...names,
  ]); // prettier-ignore
  await Bun.write(file, Bun.gzipSync(await Bun.file(tar).bytes(), { level: 9 }));
  await Bun.file(tar).delete();
}

export async function sha256(file: string): Promise<string> {
  const hasher = new Bun.CryptoHasher("sha256");
  for await (const chunk of Bun.file(file).stream()) hasher.update(chunk);
  return hasher.digest("hex");
}
