import type { Backend } from "../backends/backend.ts";
import { endArgv, guestControlArgv, leftArgv } from "../guest/control.ts";
import { type BottlePlan, isSandbox, type SessionPlan } from "../plan/plan.ts";
import type { Program, System } from "../system/system.ts";
import { isExecNoted } from "../project/trap-note.ts";
import { type End, noteEnd } from "./end.ts";
import type { BottleContext } from "../bottle/context.ts";
import { signalNumber } from "../system/interrupt.ts";

/**
 * Runs the session and returns its exit status; undefined if another process is taking the bottle down. On a terminal we become pty-resize, which
 * supervises the session: no byte of it passes through us, and nothing of us stays in memory.
 */
export async function attachSession(
  tools: BottleContext,
  plan: BottlePlan,
  session: SessionPlan,
): Promise<number | undefined> {
  const { system, backend, ledger } = tools;
  const isAlone = ledger.sessions(plan.name).length === 0;
  const isExec = session.kind === "exec";
  if (!isExec || !isExecNoted(system, plan))
    await (await import("../project/trap-watch.ts")).watchTraps(system, plan, { isExec, isAlone });
  const shown =
    session.size && system.env.TMUX ? (await import("../tmux/pane/pane-tags.ts")).paneOf(system, session) : undefined;
  if (session.secrets.length > 0) await backend.deliver?.(plan, session);
  if (!ledger.openSession(session, { pane: shown?.pane })) return undefined;
  if (!session.size) {
    const end = await waitForSession(tools, plan, session);
    return await noteEnd(system, session.id, end);
  }
  const { argv, env } = sessionCommand(system, backend, plan, session, shown?.tag);
  return system.become(argv.slice(system.self.length), { env });
}

/** A killed client leaves its command running in the guest, so we wait and end that ourselves. */
async function waitForSession(tools: BottleContext, plan: BottlePlan, session: SessionPlan): Promise<End> {
  const { system, backend, ledger } = tools;
  const { argv, env, ending, sandbox } = backend.attach(plan, session);
  const control = backend.controlArgv(plan, session);
  // The command uses the caller's terminal for its bytes, so the terminal's answers to its questions also arrive there.
  const restore =
    system.isTty.stdin && system.isTty.stdout ? (await import("../terminal/modes.ts")).rememberModes() : undefined;
  const endSyncing = plan.syncEvery === undefined ? undefined : (await import("../terminal/repeat.ts")).repeat(syncing(system, session, plan.syncEvery), system.env); // prettier-ignore
  const { code, isLost, isUnchanged, signal, interrupt } = await system.attach(argv, { env, ending, held: isSandbox(backend.capabilities) }); // prettier-ignore
  await endSyncing?.();
  if (restore && sandbox) await (await import("../terminal/holders.ts")).endHolders(sandbox);
  await restore?.({ diedBadly: false, fenced: signal !== "SIGHUP" });
  // After a signal the clients of docker and podman return 0 or 1, and leave the command running. In a sandbox the status is the command's own.
  const isHandled =
    interrupt !== undefined && isSandbox(backend.capabilities) && code !== 128 + signalNumber(interrupt);
  const isSilent = code === 0 && signal === undefined && interrupt === undefined && ending === undefined;
  const isLeft = isSilent && control !== undefined && (await isLeftBehind(tools, plan, session, control));
  const cause = signal ?? (isLeft ? "SIGTERM" : isHandled ? undefined : interrupt);
  if (
    cause === undefined &&
    (isLost || backend.failures?.includes(code)) &&
    (await backend.explainLoss?.(plan, session.id, code))
  )
    ledger.setReady(plan.name, false);
  if (cause === undefined) return { code, isUnchanged };
  if (control) await system.run(endArgv(control, session.id), { timeoutMs: 15_000, detached: true });
  return { code: 128 + signalNumber(cause) };
}

/** Whether the command continues without its client, whose status says nothing then: podman's ends with 0 on TERM. */
async function isLeftBehind(
  { system, backend, ledger }: BottleContext,
  { name, copied }: BottlePlan,
  { id }: SessionPlan,
  control: readonly string[],
): Promise<boolean> {
  if (isSandbox(backend.capabilities)) return false;
  if (!copied) return (await import("../terminal/left.ts")).isLeft(id, ledger.bottle(name)?.machine?.pid);
  const { stdout } = await system.run(leftArgv(control, id), { timeoutMs: 15_000 });
  return stdout.trim() === "left";
}

/** Synchronises a running session's changes with the host. */
const syncing = ({ self }: System, { id }: SessionPlan, seconds: number) => ({
  argv: [...self, "sync-session", id],
  seconds,
});

/** What the end of a session needs if its backend removes the host's variables. */
const ownOf = ({ env }: System, attachment: Program): Record<string, string> =>
  Object.fromEntries(
    ["HOME", "XDG_STATE_HOME", "TMUX", "TMUX_PANE"].flatMap((name) => {
      const value = env[name];
      return value !== undefined && name in attachment.env ? [[name, value]] : [];
    }),
  );

/** In tmux, changes that the bottle records about its sessions are reported to the user. */
function watchOf({ self }: System, backend: Backend, plan: BottlePlan, { kind }: SessionPlan) {
  const directory = kind === "exec" ? undefined : backend.claudeDirectory?.(plan);
  return directory === undefined
    ? undefined
    : { directories: [`${directory}/sessions`], tell: [...self, "tmux", "tell"] };
}

/** The command that attachSession starts, also for --dry-run. */
export function sessionCommand(
  system: System,
  backend: Backend,
  plan: BottlePlan,
  session: SessionPlan,
  tag?: readonly string[],
): Program {
  const attachment = backend.attach(plan, session);
  if (!session.size) return attachment;
  const { rows, columns } = session.size;
  const control = backend.controlArgv(plan, session);
  const reach = {
    argv: control && guestControlArgv(control),
    session: session.id,
    // The caller's own terminal already has its size.
    ...(!isSandbox(backend.capabilities) && { size: [rows, columns] }),
    held: isSandbox(backend.capabilities),
    sandbox: attachment.sandbox,
    own: ownOf(system, attachment),
    tag,
    watch: tag && watchOf(system, backend, plan, session),
    ...(attachment.ending !== undefined ? { isTold: true } : plan.copied && { isElsewhere: true }),
    ...(plan.syncEvery !== undefined && { repeated: syncing(system, session, plan.syncEvery) }),
  };
  return {
    argv: [...system.self, "pty-resize", session.bottle, "--", ...attachment.argv],
    env: { ...attachment.env, _CLAUDE_BOTTLE_CONTROL: JSON.stringify(reach) },
  };
}
