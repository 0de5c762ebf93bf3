import { isToldBy } from "../lib/ending.ts";
import { Output } from "../system/output.ts";
import { Control, parseReach } from "./control.ts";
import { rememberModes } from "./modes.ts";
import { repeat } from "./repeat.ts";
import { watchRecords } from "./record-watch.ts";
import { SizeKeeper } from "./size-keeper.ts";
import { terminalSize } from "./size.ts";

// The life of a session on a terminal:
//
//   remember the modes
//     │
//   spawn the client, which has the terminal ──── cannot be started ────────────┐ 126, 127
//     │                                                                         │
//   it runs    WINCH, CONT  ─> the size keeper tells the guest, out of band     │
//     │        INT, QUIT    ─> the terminal gives them to the client itself     │
//     │        TERM, HUP    ─> passed on once; KILL after the grace             │
//   it has ended                                                                │
//     │<────────────────────────────────────────────────────────────────────────┘
//   stop the watchers; end what held the sandbox (not after HUP)
//     │
//   put the modes back
//     │
//   cut off by a signal or a closed terminal, or the command went on ─> end the session in the guest
//     │
//   status: 128+n for a signal that was passed on, else the client's; doubtful where its words do not say whose it is

const graceMs = 5_000;
const saidBytes = 64 * 1024;
const passedOn = { SIGHUP: 1, SIGTERM: 15 } as const;

type Ended = {
  readonly code: number;
  readonly session: string | undefined;
  /** The client may have lost the session. */
  readonly isDoubtful?: boolean;
  /** Variables of our environment that the session did not get. */
  readonly own?: Readonly<Record<string, string>> | undefined;
};

/**
 * `pty-resize BOTTLE -- COMMAND...`: runs COMMAND on this terminal, keeps the guest's size right and restores the terminal's modes on every way out.
 * `code` is COMMAND's status, or 128+n for a signal. No byte of the session passes through us.
 */
export async function ptyResize(argv: readonly string[]): Promise<Ended> {
  const command = argv.slice(2);
  if (argv[1] !== "--" || command.length === 0) {
    console.error("claude-bottle: pty-resize is started by claude-bottle itself: pty-resize BOTTLE -- COMMAND...");
    return { code: 2, session: undefined };
  }
  const { _CLAUDE_BOTTLE_CONTROL: word, BUN_OPTIONS: _options, BUN_BE_BUN: _bun, ...env } = process.env;
  const restoreModes = rememberModes();
  const reach = parseReach(word);
  const control = reach?.argv && new Control(reach.argv, reach.session, env);
  const keeper =
    control &&
    reach.size &&
    new SizeKeeper({
      known: reach.size,
      read: terminalSize,
      settle: (size, options) => control.settle(size, options),
    });

  let child: Bun.Subprocess | undefined;
  let tagged: Promise<unknown> | undefined;
  let passed: keyof typeof passedOn | undefined;
  const pass = (signal: keyof typeof passedOn) => {
    if (passed) return;
    passed = signal;
    end(signal);
  };
  const end = (signal: NodeJS.Signals) => {
    child?.kill(signal);
    // A stopped child would only get the signal at the next `fg`.
    child?.kill("SIGCONT");
    setTimeout(() => child?.kill("SIGKILL"), graceMs).unref();
  };
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => pass(signal));
  for (const signal of ["SIGWINCH", "SIGCONT"] as const) process.on(signal, () => keeper?.changed());

  let said: Output | undefined;
  let endRepeated: (() => Promise<void>) | undefined;
  let code: number;
  let unwatch: (() => void) | undefined;
  let unwatchRecords: (() => void) | undefined;
  try {
    child = Bun.spawn([...command], { stdio: ["inherit", "inherit", reach?.isTold ? "pipe" : "inherit", ...(reach?.held ? ["pipe" as const] : [])], env }); // prettier-ignore
    // On a terminal, stderr holds only the client's own words.
    if (reach?.isTold) said = new Output(child.stderr, { maxBytes: saidBytes });
    // The terminal sends INT and QUIT to the child. These handlers only keep us alive.
    for (const signal of ["SIGINT", "SIGQUIT"] as const) process.on(signal, () => {});
    if (passed) end(passed);
    unwatchRecords = reach?.watch && watchRecords(reach.watch.directories, reach.watch.tell, { ...env, ...reach.own });
    tagged = reach?.tag && tag(reach.tag);
    unwatch = control?.watch();
    endRepeated = reach?.repeated && repeat(reach.repeated, { ...env, ...reach.own });
    keeper?.start();
    code = await child.exited;
  } catch (error) {
    console.error(
      `claude-bottle: cannot start "${command[0]}": ${error instanceof Error ? error.message : String(error)}`,
    );
    code = error instanceof Error && "code" in error && error.code === "EACCES" ? 126 : 127;
  }
  unwatchRecords?.();
  keeper?.end();
  control?.abandon();
  await endRepeated?.();
  if (reach?.sandbox && passed !== "SIGHUP") await (await import("./holders.ts")).endHolders(reach.sandbox);
  // 128 and more is a death in the guest. smolvm returns 1 when it loses the machine.
  const there = await restoreModes({ diedBadly: code === 1 || code >= 128, fenced: passed !== "SIGHUP" });
  // When the terminal closes, the client may fail to read and end before SIGHUP reaches us.
  const isCut = passed !== undefined || !there || Boolean(child?.signalCode);
  const left = !isCut && control && reach ? await isLeft(control, reach.session, reach.isElsewhere) : false;
  if (isCut || left) await control?.endSession();
  // If the command still runs, the client's status is not its status.
  if (left && code === 0) code = 143;
  unwatch?.();
  // The tag must be set before it is removed.
  await tagged;
  const words = said && !passed && there ? (await said.finish()).text : undefined;
  const isDoubtful = words !== undefined && !isToldBy(words, code);
  if (isDoubtful && words !== "") console.error(words.trimEnd());
  return { code: passed ? 128 + passedOn[passed] : code, session: reach?.session, isDoubtful, own: reach?.own };
}

const isLeft = async (control: Control, session: string, isElsewhere = false): Promise<boolean> =>
  isElsewhere ? await control.isLeft() : (await import("./left.ts")).isLeft(session);

/** If this fails, the session works without it. */
async function tag(argv: readonly string[]): Promise<void> {
  try {
    await Bun.spawn([...argv], { stdio: ["ignore", "ignore", "ignore"], timeout: graceMs }).exited;
  } catch {
    return;
  }
}
