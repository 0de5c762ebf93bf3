// A stand-in for the host side of `smolvm machine exec -i -t`: `bun pty-client.ts COMMAND...` runs COMMAND on a terminal of its own.
// As smolvm does, it puts the outer terminal in raw mode, sets O_NONBLOCK on it, and undoes both on a normal end only;
// it sends the size once at the start and then after each SIGWINCH. The inner terminal hangs up when the client dies.
//   PTY_CLIENT_NO_WINCH  sends the first size only      PTY_CLIENT_NO_SIZE  sends no size at all
import { dlopen, ptr } from "bun:ffi";
import { getFlags, getModes, setFlags, setModes, windowSize, withoutNonBlocking } from "../../src/terminal/libc.ts";

const O_NONBLOCK = process.platform === "darwin" ? 4 : 0x800;

export type ClientOptions = { env?: Record<string, string>; cwd?: string; noWinch?: boolean; noSize?: boolean };

/** Runs `command` and returns its status, 128+n for a signal. The caller then exits: stdin is still being read. */
export async function runOnTerminal(
  command: readonly string[],
  { env, cwd, noWinch = false, noSize = false }: ClientOptions = {},
): Promise<number> {
  const modes = getModes(0);
  if (modes) {
    setModes(0, raw(modes));
    setFlags(0, getFlags(0) | O_NONBLOCK);
  }
  const inner = Bun.spawn([...command], {
    env: env ?? (process.env as Record<string, string>),
    ...(cwd && { cwd }),
    terminal: { cols: 80, rows: 24, data: (_, bytes) => void process.stdout.write(bytes) },
  });
  const follow = () => {
    const size = windowSize(0);
    if (size && size.rows > 0 && size.columns > 0) inner.terminal?.resize(size.columns, size.rows);
  };
  if (!noSize) {
    if (!noWinch) process.on("SIGWINCH", follow);
    follow();
  }
  process.stdin.on("data", (bytes) => void inner.terminal?.write(bytes));
  process.stdin.on("end", () => void inner.terminal?.write("\x04"));
  process.stdin.on("error", () => {});
  const code = await inner.exited;
  if (modes) {
    setModes(0, modes);
    setFlags(0, withoutNonBlocking(getFlags(0)));
  }
  return code;
}

function raw(modes: Uint8Array): Uint8Array {
  const name = process.platform === "darwin" ? "/usr/lib/libSystem.B.dylib" : "libc.so.6";
  const { symbols } = dlopen(name, { cfmakeraw: { args: ["ptr"], returns: "void" } });
  const copy = modes.slice();
  symbols.cfmakeraw(ptr(copy));
  return copy;
}

if (import.meta.main) {
  const { PTY_CLIENT_NO_WINCH: noWinch, PTY_CLIENT_NO_SIZE: noSize } = process.env;
  const code = await runOnTerminal(process.argv.slice(2), { noWinch: Boolean(noWinch), noSize: Boolean(noSize) });
  process.stdout.write("", () => process.exit(code));
}
