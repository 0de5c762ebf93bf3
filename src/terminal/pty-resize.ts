export async function ptyResize(argv: readonly string[]): Promise<number> {
  const { _CLAUDE_BOTTLE_CONTROL: _c, ...env } = process.env;
  process.on("SIGINT", () => {});
  const child = Bun.spawn(argv.slice(2) as string[], { stdio: ["inherit", "inherit", "inherit"], env });
  process.on("SIGHUP", () => child.kill("SIGHUP"));
  return child.exited;
}
