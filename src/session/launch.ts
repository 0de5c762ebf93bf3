import type { Backend } from "../backends/backend.ts";
import { backendOf } from "../backends/registry.ts";
import { Ledger } from "../ledger/ledger.ts";
import type { Manifest } from "../manifest/schema.ts";
import { planBottle } from "../plan/bottle.ts";
import { bottleName } from "../plan/name.ts";
import { gatewayOf, type Gateway } from "../plan/credentials.ts";
import type { BottlePlan, SessionPlan } from "../plan/plan.ts";
import { planSession } from "../plan/session.ts";
import { interruptible } from "../system/interrupt.ts";
import type { System } from "../system/system.ts";
import { attachSession } from "./attach.ts";
import { bringUp, checkPlan } from "./bring-up.ts";
import { chooseBackend } from "./choose.ts";
import { explain } from "./explain.ts";
import type { Project } from "./project.ts";

export type Launch = {
  readonly kind: SessionPlan["kind"];
  /** With the caller's terminal, where there is one. */
  readonly terminal: boolean;
  readonly command: (backend: Backend) => readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly fresh?: boolean;
  readonly dryRun: boolean;
};

/** What the command works on: the directory's project, or a bottle by its name in the ledger. */
export type Target = { readonly plan: BottlePlan; readonly directory: string; readonly gateway: Gateway | undefined };

/** Brings the target's bottle up, runs the session in it, and returns its exit status; or prints what it would run. */
export async function launch(
  system: System,
  target: Target,
  { kind, terminal, command, env, fresh = false, dryRun }: Launch,
): Promise<number> {
  const backend = backendOf(system, target.plan.backend);
  using ledger = new Ledger(system);
  const size =
    terminal && system.isTty.stdin && system.isTty.stdout
      ? (system.terminalSize() ?? { rows: 24, columns: 80 })
      : undefined;
  const session = (plan: BottlePlan) =>
    planSession(plan, {
      kind,
      command: command(backend),
      directory: target.directory,
      env,
      hostEnv: system.env,
      gateway: target.gateway,
      size,
    });
  if (kind === "agent" && backend.capabilities.isolation === "namespace")
    system.err(`claude-bottle: ${backend.name}: namespaces, not a VM: what runs in it shares this machine's kernel\n`);
  checkPlan({ backend, ledger }, target.plan, { fresh });
  if (dryRun) return await explain({ system, backend, ledger }, target.plan, session, { fresh });
  if (backend.provide) await interruptible(async (signal) => backend.provide?.(command(backend)[0] ?? "", { signal }));
  const plan = await bringUp({ system, backend, ledger }, target.plan, { fresh });
  return await attachSession({ system, backend, ledger }, plan, session(plan));
}

/** Flags, which win over the manifest. */
export type Asked = {
  readonly name?: string | undefined;
  readonly backend?: string | undefined;
  readonly network?: Manifest["network"]["mode"] | undefined;
};

export async function projectTarget(
  system: System,
  { directory, cwd, manifest }: Project,
  asked: Asked = {},
): Promise<Target> {
  const { env, user } = system;
  const name = bottleName(directory, user.uid, asked.name);
  const backend = await chooseBackend(system, { bottle: name, asked: asked.backend ?? manifest.bottle.backend });
  const gateway = gatewayOf(env, backend.loopbackAddress);
  const host = { uid: user.uid, gid: user.gid, userName: user.name, home: env.HOME ?? "", env };
  const network = { ...manifest.network, mode: asked.network ?? manifest.network.mode };
  const wanted = { ...manifest, network };
  return { plan: planBottle({ name, directory, backend, manifest: wanted, host, gateway }), directory: cwd, gateway };
}
