import type { Backend, Machine } from "../backends/backend.ts";
import { backendOf } from "../backends/registry.ts";
import { UserError } from "../errors.ts";
import { printable, shellLine } from "../lib/quote.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { identify } from "../system/process.ts";
import { forgetBaseline } from "../sync/baseline.ts";
import { readyPlan, takeDown, warnOfDifferences } from "./ready.ts";
import { endBackground } from "./background.ts";
import { holdBottle } from "./hold.ts";
import { followNetwork, openedLoopback } from "./network.ts";
import { gitHere } from "../project/git-settings.ts";
import { runHook } from "./hooks.ts";
import { forgetClaude, keepClaude, restoreClaude } from "./kept-claude.ts";
import type { Target } from "./target.ts";
import { noteLogin } from "./login-note.ts";
import { assertPathsExist, assertPathsUnmoved } from "../project/shared-paths.ts";
import { findLosses, assertNothingLost } from "./losses.ts";
import { dueSteps, provision, type Step } from "./provision.ts";
import { removeMachine } from "./remove.ts";
import { withSecrets } from "../project/secrets.ts";
import { pullBeforeRemoval, pushProject } from "../sync/travel.ts";
import { withAgent } from "./ssh-agent.ts";
import { Undo } from "./undo.ts";
import type { BottleContext } from "./context.ts";
import { inform } from "../ui/messages.ts";

/** What is to be done before a session in a bottle that is ready. */
type Due = { readonly dueIn: (ready: BottlePlan) => readonly Step[]; readonly isHookDue: () => boolean };

/** Under the bottle's lock: what is not there is made, what stands is started, what is due is done. */
export async function makeReady(
  tools: BottleContext,
  target: Target,
  options: { fresh: boolean },
  { dueIn, isHookDue }: Due,
): Promise<BottlePlan> {
  const { system, ledger } = tools;
  const { plan, secrets, login } = target;
  return holdBottle(system, plan.name, ({ signal }) =>
    Undo.guard(async (undo) => {
      const ready = options.fresh ? undefined : await readyPlan(tools, plan.name);
      const beforeStart = async () => {
        undo.add(() => runHook(system, plan, "after-stop", target.hooks, { detached: true }));
        await runHook(system, plan, "before-start", target.hooks, { signal });
      };
      if (ready) {
        if (isHookDue()) await beforeStart();
        const followed = await followNetwork(tools, ready, plan, { signal });
        const provisioned = await provision(tools, followed, dueIn(followed), { target, signal });
        return warnOfDifferences(tools, provisioned, plan);
      }
      assertPathsExist(plan);
      // Before anything is made: a secret that cannot be had is a start that cannot be.
      const armed = await withSecrets(
        system,
        secrets,
        plan.credentials.map(({ variable }) => variable),
      );
      const backend = armed === system ? tools.backend : await backendOf(armed, plan.backend);
      const machine = await backend.find(plan.name);
      if (machine) assertOwned(backend, plan, machine.owner);
      // A start would kill a machine that only does not answer, and with it whoever still works in it.
      const wasReady = ledger.bottle(plan.name)?.isReady ?? false;
      if (machine && (machine.state === "broken" || options.fresh)) {
        if (machine.state === "running")
          await endBackground({ ...tools, backend }, ledger.bottle(plan.name)?.plan ?? plan, {
            command: "stop",
            force: false,
          });
        takeDown(ledger, plan.name, { command: "stop", force: false });
        undo.add(async () => ledger.setReady(plan.name, wasReady));
      } else ledger.setReady(plan.name, false);
      const kept = machine && !options.fresh;
      const git = await gitHere(system, plan.directory, { hasAgent: plan.sshAgent !== undefined });
      for (const lack of git?.lacks ?? []) inform(system, lack);
      // Before the old one goes: what the new one is made from may not be had.
      const found = (kept && ledger.bottle(plan.name)?.plan) || (await backend.resolve?.(plan, { signal })) || plan;
      const { idleMinutes } = plan;
      const renewed = {
        ...found,
        ...(git && { git: git.settings }),
        ...(idleMinutes !== undefined && { idleMinutes }),
      };
      const made = await withAgent(system, backend, renewed, plan);
      assertPathsUnmoved(made);
      if (machine && options.fresh) {
        await pullBeforeRemoval({ system, backend }, ledger.bottle(plan.name)?.plan);
        const old = ledger.bottle(plan.name)?.plan ?? plan;
        const keeps = plan.keepsClaude ?? false;
        const losses = await findLosses(backend, old, { mayStart: true, keeps, signal });
        if (losses) assertNothingLost(old, losses);
        if (keeps) await keepClaude({ system, backend }, old, { signal });
        inform(system, `removing bottle "${plan.name}" to make it anew`);
        await removeMachine({ backend, ledger }, plan.name, { signal });
        await runHook(system, plan, "after-stop", target.hooks, { signal });
      }
      if (machine?.state !== "running" || !kept) await beforeStart();
      if (!kept) {
        undo.add(async () => {
          await backend.remove(plan.name, { detached: true });
          ledger.forgetBottle(plan.name);
        });
        inform(system, `making bottle "${plan.name}" ${describe(made)}`);
        const opened = openedLoopback(backend, plan);
        if (opened) inform(system, `it may reach ${opened}, because ANTHROPIC_BASE_URL is there`);
        forgetBaseline(system, plan.name);
        await backend.create(made, { signal });
      } else if (machine.state !== "running") undo.add(() => backend.stop(plan.name, { detached: true }));
      if (machine?.state !== "running" || !kept) inform(system, `starting bottle "${plan.name}"`);
      const pid = (await backend.start(made, { signal })) ?? machine?.pid;
      const running = pid === undefined ? undefined : identify(pid);
      signal.throwIfAborted();
      noteLogin(system, made, login, armed);
      if (!kept) await restoreClaude({ system, backend }, made);
      const followed = await followNetwork(tools, made, plan, { signal });
      if (followed.copied) await pushProject({ system, backend }, followed);
      const started = dueSteps(followed, target.provision, true);
      const provisioned = await provision(tools, followed, started, { target, signal });
      ledger.saveBottle(provisioned, running);
      forgetClaude(system, plan.name);
      ledger.note(plan.name, "started");
      return warnOfDifferences(tools, provisioned, plan);
    }),
  );
}

function describe({ backend, cpus, memoryMiB, image, template, copied }: BottlePlan): string {
  const from = image ?? (template && "the template");
  if (from === undefined) return `(${backend})`;
  return `(${backend}, ${cpus} cpus, ${memoryMiB} MiB) from ${from}${copied ? ", with a copy of the project" : ""}`;
}

function assertOwned(backend: Backend, plan: BottlePlan, owner: Machine["owner"]): void {
  if (owner?.directory === plan.directory) return;
  const removal = backend.explain(plan).remove.findLast((argv) => argv.some((word) => word.endsWith(plan.name))) ?? [];
  throw new UserError(`a machine named "${plan.name}" is there already and is not this directory's bottle`, {
    hint: `choose another name: claude-bottle run --name NAME\n  or remove it, if nobody needs it: ${shellLine(removal)}`,
  });
}
