import { constants } from "node:os";
import { endArgv, settleArgv } from "../guest/guest.ts";
import { windowSize } from "./libc.ts";
import { rememberModes } from "./modes.ts";
import { SizeKeeper, type Size } from "./size-keeper.ts";

/** How the wrapper reaches the guest beside the session; its maker's word, in one variable that is read once. */
type Control = { readonly argv: readonly string[]; readonly session: string; readonly size: Size };

const variable = "_CLAUDE_BOTTLE_CONTROL";
const signalNumbers: Readonly<Record<string, number>> = constants.signals;
const graceMs = 5_000;
const controlTimeoutMs = 30_000;
const parentCheckMs = 2_000;
const nativeTenths = 10;

/**
 * `pty-resize BOTTLE -- COMMAND...`: COMMAND on this very terminal, with the guest's size kept right and the terminal's
 * modes put back on every way out. Returns COMMAND's status, 128+n for a signal. No byte of the session passes through.
 */
export async function ptyResize(argv: readonly string[]): Promise<number> {
  const command = argv.slice(2);
  if (argv[1] !== "--" || command.length === 0) {
    console.error("claude-bottle: pty-resize is started by claude-bottle itself: pty-resize BOTTLE -- COMMAND...");
    return 2;
  }
  const { [variable]: controlText, BUN_OPTIONS: _options, BUN_BE_BUN: _bun, ...env } = process.env;
  const control = controlText ? (JSON.parse(controlText) as Control) : undefined;
  const restoreModes = rememberModes();
  const parent = process.ppid;

  let child: Bun.Subprocess | undefined;
  let passed: NodeJS.Signals | undefined;
  const pass = (signal: NodeJS.Signals) => {
    if (passed) return;
    passed = signal;
    child?.kill(signal);
    setTimeout(() => child?.kill("SIGKILL"), graceMs).unref();
  };
  const keeper =
    control &&
    new SizeKeeper({
      known: control.size,
      read: terminalSize,
      settle: (size, { wait }) => settle(control, size, wait ? nativeTenths : 0, env),
    });
  // INT and QUIT reach the child from the terminal; handlers only keep us from dying of them.
  for (const signal of ["SIGINT", "SIGQUIT"] as const) process.on(signal, () => {});
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, pass);
  for (const signal of ["SIGWINCH", "SIGCONT"] as const) process.on(signal, () => keeper?.changed());
  // A killed parent tells nobody.
  setInterval(() => process.ppid !== parent && pass("SIGHUP"), parentCheckMs).unref();

  let code: number;
  try {
    child = Bun.spawn([...command], { stdin: "inherit", stdout: "inherit", stderr: "inherit", env });
    if (passed) child.kill(passed);
    keeper?.changed();
    code = await child.exited;
  } catch (error) {
    console.error(`claude-bottle: cannot start "${command[0]}": ${error instanceof Error ? error.message : String(error)}`);
    code = 127;
  }
  keeper?.end();
  // smolvm ends with 1 when it loses the machine; a status of 128 and more is a death in the guest.
  restoreModes({ diedBadly: code === 1 || code >= 128 });
  if (control && (passed || child?.signalCode)) await runControl(endArgv(control.argv, control.session), env);
  return passed ? 128 + (signalNumbers[passed] ?? 0) : code;
}

function terminalSize(): Size | undefined {
  for (const fd of [0, 1, 2]) {
    const size = windowSize(fd);
    if (size) return [size.rows, size.columns];
  }
  return undefined;
}

async function settle(control: Control, size: Size, waitTenths: number, env: NodeJS.ProcessEnv): Promise<"native" | "asserted" | "gone"> {
  const word = (await runControl(settleArgv(control.argv, control.session, size, waitTenths), env)).trim();
  return word === "native" || word === "asserted" ? word : "gone";
}

/** Out of the terminal's group: Ctrl-C is the session's. */
async function runControl(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  try {
    const child = Bun.spawn([...argv], { stdin: "ignore", stdout: "pipe", stderr: "ignore", detached: true, env });
    const timer = setTimeout(() => child.kill("SIGKILL"), controlTimeoutMs);
    const text = await new Response(child.stdout).text();
    clearTimeout(timer);
    return text;
  } catch {
    return "";
  }
}
