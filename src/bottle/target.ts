import type { Backend } from "../backends/backend.ts";
import { loginOf, type Login } from "../login/login.ts";
import type { Manifest } from "../manifest/schema.ts";
import { planBottle } from "../plan/bottle.ts";
import { gatewayOf, type Gateway } from "../plan/credentials.ts";
import { bottleName } from "../plan/name.ts";
import type { BottlePlan } from "../plan/plan.ts";
import type { Project } from "../project/project.ts";
import { provisionOf, type Provision } from "../project/provision.ts";
import type { Hooks } from "../project/host-files.ts";
import { secretsOf, type Secrets } from "../project/secrets.ts";
import { requireTrust } from "../project/trust.ts";
import { type Place, repositoryMounts } from "../project/repository.ts";
import { viewOf } from "../project/shared-repository.ts";
import type { System } from "../system/system.ts";
import { chooseBackend } from "./choose.ts";
import { hasConsent } from "./sandbox-consent.ts";

/** What a session starts from: the directory's project, or a bottle that the ledger knows by name. */
export type Target = {
  readonly plan: BottlePlan;
  readonly directory: string;
  readonly gateway: Gateway | undefined;
  readonly secrets: Secrets;
  /** The real path of each secret's file, as it was judged. */
  readonly secretFiles: ReadonlyMap<string, string>;
  readonly login: Login | undefined;
  readonly provision: Provision;
  readonly hooks: Hooks;
  /** The same target with the next backend, if the choice of the backend was ours. */
  readonly otherwise?: (() => Promise<Target>) | undefined;
};

/** Options of the command line, which override the manifest. */
export type Asked = {
  readonly name?: string | undefined;
  readonly backend?: string | undefined;
  readonly network?: Manifest["network"]["mode"] | undefined;
};

/** Throws UserError if the manifest asks for something that is not trusted. */
export async function projectTarget(system: System, project: Project, asked: Asked = {}): Promise<Target> {
  const backend = await projectBackend(system, project, asked);
  const login = loginOf(system);
  const { secretFiles, files, hostFiles, ...grants } = requireTrust(system, project, backend);
  const gateway = gatewayOf(system.env, backend.loopbackAddress);
  const bottle = bottleName(project.directory, system.user.uid, asked.name);
  const mounts = [...repositoryMounts(project.directory, placeOf(system, backend, bottle)), ...grants.mounts];
  return {
    plan: projectPlan(system, project, { backend, gateway, asked, grants: { ...grants, mounts } }),
    directory: project.cwd,
    gateway,
    secrets: secretsOf(system, project.manifest.secrets, secretFiles, login, hostFiles),
    secretFiles,
    login,
    provision: provisionOf(project, backend, files),
    hooks: { commands: project.manifest.hooks, files: hostFiles },
    otherwise: askedBackend(project, asked) === undefined ? () => projectTarget(system, project, asked) : undefined,
  };
}

/** Decides which parts of the project's repository the bottle can have. */
export const placeOf = (system: System, { capabilities }: Backend, bottle: string): Place => ({
  home: system.env.HOME ?? "",
  isPlainOnly: capabilities.isolation === "vm",
  isOtherGit: capabilities.programs === "template",
  view: capabilities.isolation === "rules" ? undefined : viewOf(system, bottle),
});

const askedBackend = ({ manifest }: Project, asked: Asked) => asked.backend ?? manifest.bottle.backend;

/** The user's own default applies to new bottles only. */
const demandedBackend = (project: Project, asked: Asked) =>
  asked.backend ??
  (project.resolved.origin(["bottle", "backend"])?.layer.kind === "project" ? askedBackend(project, asked) : undefined);

export const projectBackend = (system: System, project: Project, asked: Asked = {}): Promise<Backend> =>
  chooseBackend(system, {
    bottle: bottleName(project.directory, system.user.uid, asked.name),
    demanded: demandedBackend(project, asked),
    preferred: askedBackend(project, asked),
  });

export function projectPlan(
  system: System,
  project: Project,
  { backend, gateway, grants, asked }: PlanRequest,
): BottlePlan {
  const { directory, manifest } = project;
  const { user } = system;
  const login = loginOf(system);
  // The plan holds variables by name only.
  const env = login ? Object.create(system.env, { [login.variable]: { value: "kept" } }) : system.env;
  const host = { uid: user.uid, gid: user.gid, userName: user.name, home: system.env.HOME ?? "", env };
  const plan = planBottle({
    name: bottleName(directory, user.uid, asked.name),
    directory,
    backend,
    manifest: { ...manifest, network: { ...manifest.network, mode: networkMode(system, project, backend, asked) } },
    host,
    gateway,
    ...grants,
  });
  return asked.name === undefined ? plan : { ...plan, givenName: asked.name };
}

/**
 * If no list was asked for and the backend cannot enforce one, the network is open, and the question for that backend says so. A backend that was
 * requested by name, without that question, is refused instead.
 */
function networkMode(system: System, project: Project, backend: Backend, asked: Asked): Manifest["network"]["mode"] {
  const { manifest, resolved } = project;
  if (asked.network !== undefined || backend.capabilities.network !== "open")
    return asked.network ?? manifest.network.mode;
  const isListAsked = ["mode", "hosts", "presets"].some((key) => resolved.originsBelow(["network", key]).length > 0);
  const isKnown = askedBackend(project, asked) === undefined || hasConsent(system, backend);
  return isKnown && !isListAsked ? "open" : manifest.network.mode;
}

type PlanRequest = {
  readonly backend: Backend;
  readonly gateway: Gateway | undefined;
  readonly grants: Pick<BottlePlan, "image" | "mounts">;
  readonly asked: Asked;
};
