import { backendOf } from "../backends/registry.ts";
import { exitCode } from "../errors.ts";
import { Ledger } from "../ledger/ledger.ts";
import type { System } from "../system/system.ts";
import { inform, warn } from "../ui/messages.ts";
import { detached, endNotRecorded } from "./messages.ts";

export type End = {
  readonly code: number;
  /** The client may have lost the session. */
  readonly isDoubtful?: boolean;
  /** Its command changed nothing in the project. */
  readonly isUnchanged?: boolean;
};

/** The work after a session. Returns the session's status, whatever happens here. */
export async function noteEnd(
  system: System,
  session: string,
  { code, isDoubtful, isUnchanged }: End,
): Promise<number> {
  let status = code;
  try {
    using ledger = new Ledger(system);
    const ended = ledger.closeSession(session, code);
    const plan = ended && ledger.bottle(ended.bottle)?.plan;
    const isDue = isDoubtful || code === 125 || code > 128 || (plan?.copied && !isUnchanged);
    const backend = plan && isDue ? await backendOf(system, plan.backend) : undefined;
    const isLost = isDoubtful || backend?.failures?.includes(code);
    if (plan && isLost && (await backend?.explainLoss?.(plan, session, code))) {
      status = code || 1;
      ledger.setReady(plan.name, false);
    }
    if (plan && code > 128) await backend?.endSession?.(session);
    if (ended && backend && plan?.copied && !isUnchanged) {
      const { pullAfterSession } = await import("../sync/travel.ts");
      await pullAfterSession({ system, backend }, plan, ended.kind);
    }
    if (ended?.kind === "agent" && plan && system.isTty.stderr) {
      const { tellReceipt } = await import("./receipt.ts");
      await tellReceipt({ system, backend: backend ?? (await backendOf(system, plan.backend)), ledger }, plan, {
        ...ended,
        id: session,
      });
    }
    if (plan?.mounts.some(({ part }) => part === "repository"))
      await (await import("../project/trap-watch.ts")).settle(plan);
    if (ended && plan && ended.kind !== "exec") {
      const isAlone = ledger.sessions(plan.name).length === 0;
      // 129 is the status of a closed terminal.
      const isHeard = system.isTty.stderr || code !== 129;
      await (await import("../project/trap-watch.ts")).tellTraps(system, plan, { isAlone, isHeard });
    }
    if (ended?.kind === "attach" && ended.conversation !== null && code < 128) {
      await tellDetached(system, ledger, ended.conversation);
      return exitCode.ok;
    }
    if (system.env.TMUX) await (await import("../tmux/pane/pane-tags.ts")).unmarkPane(system);
  } catch (error) {
    warn(system, endNotRecorded(error instanceof Error ? error.message : String(error)));
  }
  return status;
}

/** Detaching from a background session is not a failure, and neither is its end. */
async function tellDetached(system: System, ledger: Ledger, id: string): Promise<void> {
  const { listSessions } = await import("../activity/sessions.ts");
  const found = (await listSessions(system, ledger, { poll: true })).find((one) => one.id === id);
  const goesOn = found !== undefined && found.state !== "ended";
  inform(system, detached(id, goesOn));
}
