import type { Backend } from "../backends/backend.ts";
import { backendOf } from "../backends/registry.ts";
import { exitCode, Unusable } from "../errors.ts";
import { hangupArgv } from "../guest/guest.ts";
import { Ledger } from "../ledger/ledger.ts";
import { shellLine } from "../lib/quote.ts";
import { isSandbox, outlivesSessions, type BottlePlan, type SessionPlan } from "../plan/plan.ts";
import { isClaude, planSession } from "../plan/session.ts";
import { interruptible } from "../system/interrupt.ts";
import type { System } from "../system/system.ts";
import { inform, warn } from "../ui/messages.ts";
import { attachSession, sessionCommand } from "./attach.ts";
import { bringUp } from "../bottle/bring-up.ts";
import type { BottleContext } from "../bottle/context.ts";
import type { Target } from "../bottle/target.ts";
import { runsInSandbox, unusable } from "./messages.ts";

export type Launch = {
  readonly kind: SessionPlan["kind"];
  /** On the caller's terminal, if there is one. */
  readonly terminal: boolean;
  readonly command: (backend: Backend) => readonly string[];
  /** On a terminal: what goes on with the conversation in the background, if the terminal is lost. The conversation's ID follows it. */
  readonly afterHangup?: ((backend: Backend) => readonly string[]) | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly fresh?: boolean;
  /** With `fresh`: the next bottle gets the ~/.claude of this one. */
  readonly keepsClaude?: boolean;
  /** The user has agreed to isolation that shares the kernel. */
  readonly acceptsWeaker?: boolean;
  readonly dryRun: boolean;
  /** The background session that this session attaches to. */
  readonly shows?: string;
  /** Called when the bottle is ready, before the session starts. */
  readonly onReady?: (plan: BottlePlan) => Promise<void>;
  /** Runs the session in another way than on our terminal; undefined if another process is taking the bottle down. */
  readonly run?: (context: BottleContext, plan: BottlePlan, session: SessionPlan) => Promise<number | undefined>;
};

/** Makes the target's bottle ready, runs the session in it, and returns its exit status. A dry run prints the commands. */
export async function launch(system: System, target: Target, options: Launch): Promise<number> {
  try {
    return await launchOn(system, target, options);
  } catch (error) {
    if (!(error instanceof Unusable) || !target.otherwise) throw error;
    warn(system, unusable(target.plan.backend, error.message));
    return launch(system, await target.otherwise(), options);
  }
}

async function launchOn(
  system: System,
  target: Target,
  {
    kind,
    terminal,
    command,
    afterHangup,
    env,
    fresh = false,
    keepsClaude = false,
    acceptsWeaker = false,
    dryRun,
    shows,
    onReady,
    run = attachSession,
  }: Launch,
): Promise<number> {
  const backend = await backendOf(system, target.plan.backend);
  using ledger = new Ledger(system);
  const size =
    terminal && system.isTty.stdin && system.isTty.stdout
      ? (system.terminalSize() ?? { rows: 24, columns: 80 })
      : undefined;
  const goesOn = size && outlivesSessions(backend.capabilities) ? afterHangup?.(backend) : undefined;
  const words = command(backend);
  const session = (plan: BottlePlan) =>
    planSession(plan, {
      kind,
      command: goesOn === undefined ? words : hangupArgv(shellLine(goesOn), words),
      directory: target.directory,
      env,
      hostEnv: system.env,
      gateway: target.gateway,
      // The environment comes from the current manifest; only values inserted on the network belong to the bottle.
      secrets: target.plan.credentials.filter(({ host }) => host === undefined).map(({ variable }) => variable),
      size,
      shows,
    });
  if (kind === "agent" && isSandbox(backend.capabilities)) {
    const { describeSandbox } = await import("../backends/sandbox.ts");
    inform(system, runsInSandbox(backend.name, describeSandbox(backend)));
  }
  if (dryRun) {
    (await import("../bottle/ready.ts")).checkPlan({ backend, ledger }, target.plan, { fresh });
    const { startLines } = await import("../bottle/make-ready.ts");
    const { plan, lines } = await startLines({ system, backend, ledger }, target, { fresh, keepsClaude });
    const copying = plan.copied ? (await import("../sync/guest-tree.ts")).explainCopy(backend, plan) : [];
    const command = shellLine(sessionCommand(system, backend, plan, session(plan)).argv);
    system.out([...lines, ...copying, command, ...copying].map((line) => `${line}\n`).join(""));
    return exitCode.ok;
  }
  const program = command(backend)[0] ?? "";
  // Modules that a warm start does not need are loaded when something is due.
  if (fresh || !ledger.bottle(target.plan.name))
    await (await import("../bottle/consent.ts")).confirmStart(system, target, { fresh, program, acceptsWeaker });
  if (kind === "agent" && size && isClaude(program))
    await (await import("./login.ts")).tellLogin(system, target.login, target.plan);
  if (backend.provide) await interruptible(async (signal) => backend.provide?.(program, { signal }));
  for (let isFresh = fresh; ; isFresh = false) {
    const ready = await bringUp({ system, backend, ledger }, target, { fresh: isFresh, keepsClaude });
    const hasAgent = ready.sshAgent !== undefined || target.plan.sshAgent !== undefined;
    const agents = hasAgent ? await import("../bottle/ssh-agent.ts") : undefined;
    const followed = (await agents?.followAgent(system, backend, ready, target.plan)) ?? ready;
    const { syncEvery } = target.plan;
    const plan = syncEvery === undefined ? followed : { ...followed, syncEvery };
    const travel = plan.copied ? await import("../sync/travel.ts") : undefined;
    await travel?.pushBeforeSession({ system, backend }, plan, kind);
    await onReady?.(plan);
    const planned = session(plan);
    const renewed = target.login?.rotates
      ? await (await import("../bottle/login-note.ts")).renewedSince(system, plan, target.login)
      : [];
    const started = { ...planned, secrets: [...planned.secrets, ...renewed] };
    const armed =
      started.secrets.length > 0
        ? await (await import("../project/secrets.ts")).withSecrets(system, target.secrets, started.secrets)
        : system;
    const code = await run({ system: armed, backend: await backendOf(armed, plan.backend), ledger }, plan, started);
    // Otherwise another process began to stop or to remove the bottle just now: once it has, the bottle is brought up again.
    if (code !== undefined) return code;
  }
}
