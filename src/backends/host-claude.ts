import { UserError } from "../errors.ts";
import { claudeCode } from "../guest/claude-code.ts";
import {
  exists,
  isNativeProgram,
  makeTempDirectory,
  renameUnlessPresent,
  realPath,
  removeTree,
} from "../system/files.ts";
import { bytesBelow } from "../system/disk.ts";
import { work } from "../ui/work.ts";
import { cacheDirectory, type System } from "../system/system.ts";
import { noNpm, npmFailed } from "./errors.ts";
import { installingClaude } from "./messages.ts";

/** The platform's package, as npm installs it below a directory. */
const packageName = () => `${claudeCode.npmPackage}-linux-${process.arch}`;
const ownDirectory = ({ env }: System) => cacheDirectory(env) ?? "/nonexistent";
const ownInstallation = (system: System) => `${ownDirectory(system)}/claude-${claudeCode.version}`;

/** The host's Claude Code as one executable file, or the one that we installed; undefined if there is neither. */
export function findClaude(system: System): string | undefined {
  const path = system.which("claude") ?? system.which(`${system.env.HOME ?? ""}/.local/bin/claude`);
  const found = path === undefined ? undefined : realPath(path);
  if (found !== undefined && isNativeProgram(found)) return found;
  const own = `${ownInstallation(system)}/node_modules/${packageName()}/claude`;
  return exists(own) ? own : undefined;
}

/** Throws UserError if there is no Claude Code and nothing to install it with. */
export function assertClaude(system: System): void {
  if (findClaude(system) !== undefined || system.which("npm")) return;
  throw noNpm();
}

/** Once for all bottles. An interrupted installation is never taken for a complete one. */
export async function installClaude(system: System, signal: AbortSignal | undefined): Promise<void> {
  assertClaude(system);
  const npm = system.which("npm") ?? "npm";
  const directory = makeTempDirectory(`${ownDirectory(system)}/.installing-`);
  try {
    await work(system, { ...installingClaude(claudeCode.version), steps: 1 }, async (progress) => {
      const timer = setInterval(() => progress.amount(bytesBelow(directory), claudeCode.bytes), 250);
      try {
        // The platform's package is the program itself, so its scripts need not run. npm would read a .npmrc in the working directory.
        const { code, stderr } = await system.run(
      ["/bin/sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", directory, npm, "install", "--prefix", directory, "--ignore-scripts", "--no-audit", "--no-fund", "--no-save", `${packageName()}@${claudeCode.version}`],
      { signal, onOutput: progress.output },
    ); // prettier-ignore
        signal?.throwIfAborted();
        if (code !== 0) throw npmFailed(lastLine(stderr), progress);
      } finally {
        clearInterval(timer);
      }
    });
    renameUnlessPresent(directory, ownInstallation(system));
  } finally {
    removeTree(directory);
  }
}

const lastLine = (text: string) =>
  text
    .split("\n")
    .filter((line) => line.startsWith("npm error ") || line.startsWith("npm ERR! "))
    .map((line) => line.replace(/^npm (error|ERR!) /, ""))[0] ?? "it does not say why";
