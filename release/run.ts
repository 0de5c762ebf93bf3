/** Runs a program to its end and returns its output. Throws with its complaint when it fails. */
export function run(argv: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}): string {
  const { stdout, stderr, exitCode } = Bun.spawnSync([...argv], {
    ...(options.cwd && { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    stdin: "ignore",
  });
  if (exitCode !== 0) throw new Error(`${argv.join(" ")} ended with ${exitCode}: ${stderr.toString().trim()}`);
  return stdout.toString();
}
