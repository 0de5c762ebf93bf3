/** Every machine that a release is for. `bun`: the npm package that holds Bun's executable for it. */
export const targets = {
  "linux-x64": { os: "linux", cpu: "x64", libc: "glibc", bun: "@oven/bun-linux-x64" },
  "linux-arm64": { os: "linux", cpu: "arm64", libc: "glibc", bun: "@oven/bun-linux-aarch64" },
  "linux-x64-musl": { os: "linux", cpu: "x64", libc: "musl", bun: "@oven/bun-linux-x64-musl" },
  "linux-arm64-musl": { os: "linux", cpu: "arm64", libc: "musl", bun: "@oven/bun-linux-aarch64-musl" },
  "darwin-arm64": { os: "darwin", cpu: "arm64", libc: undefined, bun: "@oven/bun-darwin-aarch64" },
  "darwin-x64": { os: "darwin", cpu: "x64", libc: undefined, bun: "@oven/bun-darwin-x64" },
} as const;

export type Target = keyof typeof targets;
export const targetNames = Object.keys(targets) as Target[];

/** The one that this very machine runs. */
export function hostTarget(): Target {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  const isMusl = process.platform === "linux" && header.glibcVersionRuntime === undefined;
  const name = `${process.platform}-${process.arch}${isMusl ? "-musl" : ""}`;
  const known = targetNames.find((target) => target === name);
  if (!known) throw new Error(`no release is made for ${name}`);
  return known;
}

export const archiveName = (version: string, target: Target): string => `claude-bottle-${version}-${target}.tar.gz`;
