import type { Backend } from "../backends/backend.ts";
import { endArgv } from "../guest/guest.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { BottlePlan, SessionPlan } from "../plan/plan.ts";
import type { Program, System } from "../system/system.ts";

type Tools = { readonly system: System; readonly backend: Backend; readonly ledger: Ledger };

const signalCodes: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 };

/**
 * Runs the session to its end and returns its exit status. With a terminal pty-resize holds it: no byte of it passes
 * through us. Without one a killed client leaves its command in the guest, so we end that ourselves.
 */
export async function attachSession(
  { system, backend, ledger }: Tools,
  plan: BottlePlan,
  session: SessionPlan,
): Promise<number> {
  const { argv, env } = sessionCommand(system, backend, plan, session);
  ledger.openSession(session);
  let code = 1;
  try {
    const [ended, unmark] = await Promise.all([
      system.attach(argv, { env }),
      session.size && system.env.TMUX ? markInTmux(system, ledger, session) : undefined,
    ]);
    code = ended.code;
    // A pane that hung up is gone.
    if (ended.signal !== "SIGHUP") await unmark?.();
    // Of a signal the clients of docker and podman end with 0 or 1, and leave the command behind.
    const signal = session.size ? undefined : (ended.signal ?? ended.interrupt);
    if (signal === undefined) return code;
    code = signalCodes[signal] ?? code;
    const control = backend.controlArgv(plan, session);
    if (control) await system.run(endArgv(control, session.id), { timeoutMs: 15_000, detached: true });
    return code;
  } finally {
    ledger.closeSession(session.id, code);
  }
}

const markInTmux = async (system: System, ledger: Ledger, session: SessionPlan) =>
  (await import("../tmux/mark.ts")).markPane(system, ledger, session);

/** What attachSession starts, for --dry-run as well. */
export function sessionCommand(system: System, backend: Backend, plan: BottlePlan, session: SessionPlan): Program {
  const attachment = backend.attach(plan, session);
  if (!session.size) return attachment;
  const control = backend.controlArgv(plan, session);
  return {
    argv: [...system.self, "pty-resize", session.bottle, "--", ...attachment.argv],
    env: {
      ...attachment.env,
      ...(control && {
        _CLAUDE_BOTTLE_CONTROL: JSON.stringify({
          argv: control,
          session: session.id,
          size: [session.size.rows, session.size.columns],
        }),
      }),
    },
  };
}
