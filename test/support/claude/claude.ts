#!/usr/bin/env bun
// The real Claude Code for tests, fetched from npm once and kept outside the checkout; run as a script, prints its path.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { claudeCode } from "../../../src/guest/claude-code.ts";
import { testCache } from "../cache.ts";

const { version, npmPackage } = claudeCode;
const platform = `${process.platform}-${process.arch}`;
/** What npm made of it. */
export const claudeInstallation = `${testCache}/claude-${version}-${platform}`;
const program = `${claudeInstallation}/node_modules/${npmPackage}-${platform}/claude`;

/** Why there is none to test with, in one line; undefined where there is, or can be. */
export const whyNoClaude = (): string | undefined =>
  existsSync(program) || Bun.which("npm") ? undefined : "npm, which fetches the real Claude Code, is not installed";

/** The path of one executable file, which every user may run. The first call on a machine downloads it (175 MB). */
export async function realClaude(): Promise<string> {
  if (existsSync(program)) return program;
  mkdirSync(testCache, { recursive: true });
  const work = mkdtempSync(`${testCache}/.claude-`);
  const words = ["--prefix", work, "--ignore-scripts", "--no-audit", "--no-fund", "--no-save"];
  const install = Bun.spawn(["npm", "install", ...words, `${npmPackage}-${platform}@${version}`], {
    cwd: work,
    stdin: "ignore",
    stdout: "ignore",
    stderr: "inherit",
  });
  try {
    if ((await install.exited) !== 0) throw new Error("npm could not install the real Claude Code");
    Bun.spawnSync(["chmod", "-R", "a+rX", work]);
    // Another test may have been first.
    if (!existsSync(program)) renameSync(work, claudeInstallation);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return program;
}

if (import.meta.main) console.log(await realClaude());
