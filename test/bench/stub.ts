import { Home } from "../support/tool.ts";

/** A home whose bottle runs, and whose smolvm from here on is three lines of sh: the cheapest backend that there can be. */
export async function homeWithStub(program: string): Promise<Home> {
  const home = new Home();
  await succeed([program, "exec", "--", "true"], home);
  home.program(
    "smolvm",
    `if [ -n "\${STUB_RECORD:-}" ]; then printf '%s\\0' "$@" >"$STUB_RECORD"; fi\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"`,
  );
  return home;
}

/** By all that has run to its end here, with what it started and waited for. */
export const spent = { cpuMs: 0 };

/** Runs to the end without a terminal; throws where it fails. */
export async function succeed(argv: readonly string[], home: Home, env: Record<string, string> = {}): Promise<void> {
  const child = Bun.spawn([...argv], {
    cwd: home.project,
    env: { ...home.env, ...env },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  const code = await child.exited;
  spent.cpuMs += Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1000;
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}: ${await new Response(child.stderr).text()}`);
}
