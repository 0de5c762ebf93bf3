import type { Backend, StepOptions } from "../backends/backend.ts";
import { shellLine } from "../lib/quote.ts";
import { withOpened } from "../plan/bottle.ts";
import type { BottlePlan } from "../plan/plan.ts";
import type { BottleContext } from "./context.ts";
import { loopbackPorts, updatedHosts, wholeLoopback } from "./messages.ts";
import { inform } from "../ui/messages.ts";

/** One sentence on what ANTHROPIC_BASE_URL opens to the bottle. */
export function openedLoopback({ loopbackAddress }: Backend, { network }: BottlePlan): string | undefined {
  const { hostPorts = [] } = network;
  if (hostPorts.length > 0) return loopbackPorts(hostPorts);
  return network.hosts.includes(loopbackAddress) ? wholeLoopback : undefined;
}

/** The network that an existing bottle should have now. The gateway's port of another session is kept. */
export function askedNetwork(
  { setNetwork }: Pick<Backend, "setNetwork">,
  made: BottlePlan,
  asked: BottlePlan,
): BottlePlan["network"] {
  if (!setNetwork || made.network.mode !== asked.network.mode) return asked.network;
  const { hostPorts = [], gatewayPort = made.network.gatewayPort, ...network } = withOpened(asked, made).network;
  const ports = [...new Set([...(gatewayPort === undefined ? [] : [gatewayPort]), ...hostPorts])];
  return {
    ...network,
    ...(gatewayPort !== undefined && { gatewayPort }),
    ...(ports.length > 0 && { hostPorts: ports }),
  };
}

/** Whether the running bottle should reach other hosts and its backend can change that without a restart. */
export const changesNetwork = (backend: Pick<Backend, "setNetwork">, made: BottlePlan, asked: BottlePlan): boolean =>
  backend.setNetwork !== undefined &&
  made.network.mode === asked.network.mode &&
  !Bun.deepEquals(made.network, askedNetwork(backend, made, asked));

/** The commands of `followNetwork`, for --dry-run. */
export const networkLines = (backend: Backend, made: BottlePlan, asked: BottlePlan): string[] =>
  (backend.explainNetwork?.({ ...made, network: askedNetwork(backend, made, asked) }, made) ?? []).map(shellLine);

/** Applies the current list of hosts to the running bottle, if its backend can, and returns the new plan. */
export async function followNetwork(
  { system, backend, ledger }: BottleContext,
  made: BottlePlan,
  asked: BottlePlan,
  options: StepOptions,
): Promise<BottlePlan> {
  if (!changesNetwork(backend, made, asked)) return made;
  const plan = { ...made, network: askedNetwork(backend, made, asked) };
  const [before, after] = [new Set(made.network.hosts), new Set(plan.network.hosts)];
  const changes = [...after.difference(before)].map((host) => `+${host}`);
  changes.push(...[...before.difference(after)].map((host) => `-${host}`));
  const opened = Bun.deepEquals(plan.network.hostPorts, made.network.hostPorts)
    ? undefined
    : openedLoopback(backend, plan);
  if (opened) changes.push(`+${opened}`);
  inform(system, updatedHosts(plan.name, changes));
  await backend.setNetwork?.(plan, made, options);
  ledger.savePlan(plan);
  return plan;
}
