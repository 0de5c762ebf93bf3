import type { Backend, Probe } from "../backends/backend.ts";
import { backendNames, backendOf } from "../backends/registry.ts";
import { exitCode, UserError } from "../errors.ts";
import { exists, writePrivate } from "../system/files.ts";
import { stateDirectory, type System } from "../system/system.ts";
import { inform } from "../ui/messages.ts";
import { canAsk, confirm } from "../ui/prompts.ts";

/** The second line is what mends it. */
const describeProbe = (name: string, probe: Probe): string =>
  probe.usable ? `${name} ${probe.version ?? ""}: usable` : `${name}: ${probe.reason}\n  ${probe.hint}`;

/**
 * The backend of a new bottle that asks for none: the first usable one that is a VM or a container. A weaker one only
 * where there is nothing else, and where the user said yes to it once. Throws UserError that says why each was passed over.
 */
export async function chooseAutomatically(system: System): Promise<Backend> {
  const reasons: string[] = [];
  for (const backend of await byPreference(system)) {
    const probe = await backend.probe({ quick: true });
    if (probe.usable) return needsConsent(system, backend) ? withConsent(system, backend, reasons) : backend;
    reasons.push(describeProbe(backend.name, probe));
  }
  throw new UserError("nothing here can run a bottle", { hint: indent(reasons) });
}

const isWeak = ({ capabilities }: Backend) => capabilities.isolation === "namespace";

/** All backends, those of a VM and of containers first. */
export async function byPreference(system: System): Promise<Backend[]> {
  const backends = await Promise.all(backendNames.map((name) => backendOf(system, name)));
  return [...backends.filter((one) => !isWeak(one)), ...backends.filter(isWeak)];
}

const consentFile = ({ env }: System, { name }: Backend) => `${stateDirectory(env)}/allowed/${name}`;

/** Whether the user has to say yes to it before it is taken where nobody asked for it. */
export const needsConsent = (system: System, backend: Backend): boolean =>
  isWeak(backend) && !exists(consentFile(system, backend));

async function withConsent(system: System, backend: Backend, reasons: readonly string[]): Promise<Backend> {
  const nothingBetter = "no microVM and no container can run here";
  const wouldDo = `${backend.name} can: namespaces, not a VM; what runs in it shares this machine's kernel`;
  if (!canAsk(system))
    throw new UserError(nothingBetter, {
      hint: `${indent(reasons)}\n  ${wouldDo}: claude-bottle run --backend ${backend.name}`,
    });
  inform(system, nothingBetter, `${indent(reasons)}\n  ${wouldDo}`);
  if (!(await confirm(`Use ${backend.name} on this machine from now on?`, { byDefault: false })))
    throw new UserError("no bottle was made", {
      exitCode: exitCode.cancelled,
      hint: "the lines above say how to get a VM or a container",
    });
  writePrivate(consentFile(system, backend), "");
  return backend;
}

const indent = (texts: readonly string[]) => texts.join("\n").replaceAll("\n", "\n  ");
