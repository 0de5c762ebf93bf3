import { nothingUsable } from "./errors.ts";
import type { Backend, Probe } from "../backends/backend.ts";
import { backendNames, backendOf } from "../backends/registry.ts";
import { isSandbox } from "../plan/plan.ts";
import type { System } from "../system/system.ts";

/**
 * The backend of a new bottle whose manifest names none: the first that works here. A sandbox that shares the kernel comes last, and `confirmStart`
 * asks before using it. Throws UserError with the reason for each one skipped.
 */
export async function chooseAutomatically(system: System): Promise<Backend> {
  const backends = await byPreference(system);
  const strong = backends.filter((one) => !isWeak(one));
  const answers = await Promise.all(strong.map(probeQuickly));
  const found = strong.find((_, index) => answers[index]?.usable);
  if (found) return found;
  for (const backend of backends.filter(isWeak)) if ((await probeQuickly(backend)).usable) return backend;
  throw nothingUsable(await passedOver(system));
}

const probeQuickly = (backend: Backend): Promise<Probe> => backend.probe({ quick: true });

const isWeak = ({ capabilities }: Backend): boolean => isSandbox(capabilities);

/** The backends that may be chosen automatically: VMs and containers first. */
export async function byPreference(system: System): Promise<Backend[]> {
  const all = await Promise.all(backendNames.map((name) => backendOf(system, name)));
  const backends = all.filter(({ isByName }) => !isByName);
  return [...backends.filter((one) => !isWeak(one)), ...backends.filter(isWeak)];
}

/** Why each backend better than `chosen` cannot be used, and how to fix that. */
export async function passedOver(system: System, chosen?: Backend): Promise<string> {
  const backends = await byPreference(system);
  const better = chosen
    ? backends.slice(
        0,
        backends.findIndex(({ name }) => name === chosen.name),
      )
    : backends;
  const lines = better.map(async (backend) => {
    const probe = await probeQuickly(backend);
    return probe.usable ? [] : [`${backend.name}: ${probe.reason}\n    ${probe.hint.replaceAll("\n", "\n    ")}`];
  });
  return (await Promise.all(lines)).flat().join("\n");
}
