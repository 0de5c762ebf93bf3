import type { Backend } from "../backends/backend.ts";
import { backendOf } from "../backends/registry.ts";
import { Unusable, UserError } from "../errors.ts";
import { Ledger } from "../ledger/ledger.ts";
import type { Manifest } from "../manifest/schema.ts";
import { planBottle } from "../plan/bottle.ts";
import type { Login } from "../login/login.ts";
import { bottleName } from "../plan/name.ts";
import { gatewayOf, type Gateway } from "../plan/credentials.ts";
import type { BottlePlan, SessionPlan } from "../plan/plan.ts";
import { isClaude, planSession } from "../plan/session.ts";
import { interruptible } from "../system/interrupt.ts";
import type { System } from "../system/system.ts";
import { attachSession } from "./attach.ts";
import { bringUp, checkPlan } from "../bottle/bring-up.ts";
import { chooseBackend } from "../bottle/choose.ts";
import type { Project } from "../project/project.ts";
import { provisionOf, type Provision } from "../bottle/provision.ts";
import { describeLogin, loginOf, renewedSince } from "./login.ts";
import { secretsOf, withSecrets, type Secrets } from "../project/secrets.ts";
import { admit } from "../project/trust.ts";
import { worktreeMounts } from "../project/worktree.ts";

export type Launch = {
  readonly kind: SessionPlan["kind"];
  /** With the caller's terminal, where there is one. */
  readonly terminal: boolean;
  readonly command: (backend: Backend) => readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly fresh?: boolean;
  readonly dryRun: boolean;
};

/** What a session starts from: the directory's project, or a bottle by its name in the ledger. */
export type Target = {
  readonly plan: BottlePlan;
  readonly directory: string;
  readonly gateway: Gateway | undefined;
  readonly secrets: Secrets;
  readonly login: Login | undefined;
  readonly provision: Provision;
  readonly hooks: Manifest["hooks"];
  /** The same with the next backend, where the backend was for us to choose. */
  readonly otherwise?: (() => Promise<Target>) | undefined;
};

/** Brings the target's bottle up, runs the session in it, and returns its exit status; or prints what it would run. */
export async function launch(system: System, target: Target, options: Launch): Promise<number> {
  try {
    return await launchOn(system, target, options);
  } catch (error) {
    if (!(error instanceof Unusable) || !target.otherwise) throw error;
    system.err(`claude-bottle: ${target.plan.backend}: ${error.message}\n`);
    return launch(system, await target.otherwise(), options);
  }
}

async function launchOn(
  system: System,
  target: Target,
  { kind, terminal, command, env, fresh = false, dryRun }: Launch,
): Promise<number> {
  const backend = await backendOf(system, target.plan.backend);
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
      // The manifest's own word, as with all of the environment: only what is put in on the wire is the bottle's.
      secrets: target.plan.credentials.filter(({ host }) => host === undefined).map(({ variable }) => variable),
      size,
    });
  if (kind === "agent" && backend.capabilities.isolation === "namespace")
    system.err(`claude-bottle: ${backend.name}: namespaces, not a VM: what runs in it shares this machine's kernel\n`);
  checkPlan({ backend, ledger }, target.plan, { fresh });
  if (dryRun)
    return await (await import("../bottle/explain.ts")).explain({ system, backend, ledger }, target, session, { fresh });
  if (kind === "agent" && size && isClaude(command(backend)[0] ?? ""))
    system.err(await describeLogin(target.login, target.plan));
  if (backend.provide) await interruptible(async (signal) => backend.provide?.(command(backend)[0] ?? "", { signal }));
  const ready = await bringUp({ system, backend, ledger }, target, { fresh });
  const hasAgent = ready.sshAgent !== undefined || target.plan.sshAgent !== undefined;
  const agents = hasAgent ? await import("../bottle/ssh-agent.ts") : undefined;
  const plan = (await agents?.followAgent(system, backend, ready, target.plan)) ?? ready;
  if (target.plan.loginInside && !plan.loginInside) ledger.savePlan({ ...plan, loginInside: true });
  const travel = plan.copied ? await import("../sync/travel.ts") : undefined;
  await travel?.bringAlong({ system, backend }, plan, kind);
  const planned = session(plan);
  const renewed = await renewedSince(system, plan, target.login);
  const started = { ...planned, secrets: [...planned.secrets, ...renewed] };
  const armed = await withSecrets(system, target.secrets, started.secrets);
  return await attachSession({ system: armed, backend: await backendOf(armed, plan.backend), ledger }, plan, started);
}

/** Flags, which win over the manifest. */
export type Asked = {
  readonly name?: string | undefined;
  readonly backend?: string | undefined;
  readonly network?: Manifest["network"]["mode"] | undefined;
};

/** Throws UserError where the manifest asks for what is not trusted. */
export async function projectTarget(system: System, project: Project, asked: Asked = {}): Promise<Target> {
  const backend = await projectBackend(system, project, asked);
  const login = loginOf(system);
  const { secretFiles, files, ...grants } = admit(system, project, backend);
  const gateway = gatewayOf(system.env, backend.loopbackAddress);
  const mounts = [...worktreeMounts(project.directory, system.env.HOME ?? ""), ...grants.mounts];
  return {
    plan: projectPlan(system, project, { backend, gateway, asked, grants: { ...grants, mounts } }),
    directory: project.cwd,
    gateway,
    secrets: secretsOf(system, project.manifest.secrets, secretFiles, login),
    login,
    provision: provisionOf(project, backend, files),
    hooks: project.manifest.hooks,
    otherwise: askedBackend(project, asked) === undefined ? () => projectTarget(system, project, asked) : undefined,
  };
}

const askedBackend = ({ manifest }: Project, asked: Asked) => asked.backend ?? manifest.bottle.backend;

export const projectBackend = (system: System, project: Project, asked: Asked = {}): Promise<Backend> =>
  chooseBackend(system, {
    bottle: bottleName(project.directory, system.user.uid, asked.name),
    asked: askedBackend(project, asked),
  });

export function projectPlan(
  system: System,
  { directory, manifest }: Project,
  { backend, gateway, grants, asked }: PlanRequest,
): BottlePlan {
  const { user } = system;
  const login = loginOf(system);
  // The plan knows variables by name only.
  const env = login ? { ...system.env, [login.variable]: "kept" } : system.env;
  const host = { uid: user.uid, gid: user.gid, userName: user.name, home: system.env.HOME ?? "", env };
  const plan = planBottle({
    name: bottleName(directory, user.uid, asked.name),
    directory,
    backend,
    manifest: { ...manifest, network: { ...manifest.network, mode: asked.network ?? manifest.network.mode } },
    host,
    gateway,
    ...grants,
  });
  return asked.name === undefined ? plan : { ...plan, givenName: asked.name };
}

type PlanRequest = {
  readonly backend: Backend;
  readonly gateway: Gateway | undefined;
  readonly grants: Pick<BottlePlan, "image" | "mounts">;
  readonly asked: Asked;
};
