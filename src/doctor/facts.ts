import type { Probe } from "../backends/backend.ts";
import { backendNames, backendOf } from "../backends/registry.ts";
import { UserError } from "../errors.ts";
import { Ledger } from "../ledger/ledger.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { bottleName } from "../plan/name.ts";
import { byPreference } from "../bottle/auto.ts";
import { findProject, type Project } from "../project/project.ts";
import { openDevice } from "../system/device.ts";
import type { System } from "../system/system.ts";
import type { Finding } from "./finding.ts";
import { work } from "../ui/work.ts";

/** What the checks have in common, asked once. */
export type Facts = {
  readonly system: System;
  /** What a session here would start from, or what `run` would end with. */
  readonly project: Project | UserError;
  /** Why no microVM can be made on /dev/kvm; undefined where one can, and elsewhere than on Linux. */
  readonly kvm: UserError | undefined;
  /** By the backend's name. */
  readonly probes: ReadonlyMap<string, Probe>;
  /** The plan that this directory's bottle was made from. */
  readonly made: BottlePlan | undefined;
  /** The backend that this directory's bottle is on, or would be made on; undefined where there is none. */
  readonly backend: string | undefined;
  /** Whether a bottle, the manifest or the user's settings name that one. */
  readonly isAsked: boolean;
};

export async function gatherFacts(system: System): Promise<Facts> {
  const project = attempt(() => findProject(system));
  const made = project instanceof UserError ? undefined : madeFrom(system, project);
  const asked = project instanceof UserError ? undefined : (made?.backend ?? project.manifest.bottle.backend);
  const preferred = await byPreference(system);
  // A cluster is no part of this machine: it is asked only where a bottle is to be there.
  const names = backendNames.filter((name) => name === asked || preferred.some((backend) => backend.name === name));
  const probes = new Map(await Promise.all(names.map(async (name) => [name, await probe(system, name)] as const)));
  const best = preferred.find(({ name }) => probes.get(name)?.usable);
  const kvm = system.platform === "linux" ? attempt(() => openDevice("/dev/kvm", system.user)) : undefined;
  return {
    system,
    project,
    kvm: kvm ?? undefined,
    probes,
    made,
    backend: asked ?? best?.name,
    isAsked: asked !== undefined,
  };
}

async function probe(system: System, name: string): Promise<Probe> {
  try {
    return await (await backendOf(system, name)).probe();
  } catch (error) {
    // Its program is one of another kind of machine, or none at all.
    if (error instanceof UserError) return { usable: false, reason: error.message, hint: error.hint ?? "" };
    throw error;
  }
}

function madeFrom(system: System, { directory }: Project): BottlePlan | undefined {
  const record = attempt(() => {
    using ledger = new Ledger(system);
    return ledger.bottle(bottleName(directory, system.user.uid));
  });
  // That the ledger cannot be opened is a finding of its own.
  return record instanceof UserError ? undefined : record?.plan;
}

export function attempt<T>(work: () => T): T | UserError {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/** How much it matters here that a backend cannot be used. */
export function relevance(
  { backend, isAsked }: Facts,
  name: string,
): Pick<Finding, "level"> & { readonly why: string } {
  return backend === undefined || (isAsked && name === backend)
    ? { level: "error", why: "a bottle here needs it" }
    : { level: "note", why: `not needed here: bottles are made on ${backend}` };
}
