import { backendOf } from "../backends/registry.ts";
import { inGuest } from "../backends/in-guest.ts";
import { connectArgv } from "../guest/guest.ts";
import { UserError } from "../errors.ts";
import { Ledger } from "../ledger/ledger.ts";
import { answersOn, serveLoopback } from "../system/loopback.ts";
import { identify } from "../system/process.ts";
import { exists } from "../system/files.ts";
import { stateDirectory, type System } from "../system/system.ts";
import { bottleNotRunning, cannotListen, portTaken } from "./errors.ts";
import { renderPort, type Port } from "./port.ts";
import { forgetPort, notePort, openPorts } from "./record.ts";

/** How often a forwarder checks that its bottle still runs. */
const lookMs = 1_000;

/**
 * Forwards a port of the host's loopback to a port in the bottle, until `signal` fires or the bottle stops. Each connection is a command in the
 * bottle, so this works with every backend and needs no setup when the bottle is created.
 */
export async function forwardPort(
  system: System,
  name: string,
  port: Port,
  { signal, onOpen }: { readonly signal: AbortSignal; readonly onOpen: () => void },
): Promise<void> {
  const record = recordOf(system, name);
  const own = identify(process.pid);
  if (!record || !own) throw bottleNotRunning(name);
  const { plan } = record;
  const backend = await backendOf(system, plan.backend);
  if (!(await backend.isReady(plan, record.machine))) throw bottleNotRunning(name);
  const stopped = new AbortController();
  const over = AbortSignal.any([signal, stopped.signal]);
  const looking = (async () => {
    while (!over.aborted) {
      await Bun.sleep(lookMs);
      if (!(await runsStill(system, name))) stopped.abort();
    }
  })();
  try {
    await serveLoopback(port.host, {
      signal: over,
      onListening() {
        notePort(system, { ...port, name, process: own });
        onOpen();
      },
      answer: async ({ input, write }) => {
        const { argv, env } = inGuest(backend, plan, connectArgv(port.bottle));
        await system.run(argv, { env, signal: over, stdin: input, onBytes: write }).catch(() => undefined);
      },
    });
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    if (error.code === "EADDRINUSE") throw portTaken(port.host, renderPort({ ...port, host: port.host + 1 }));
    throw cannotListen(port.host, String(error.code));
  } finally {
    stopped.abort();
    if (openPorts(system).some(({ host, process }) => host === port.host && process.pid === own.pid))
      forgetPort(system, port.host);
    await looking;
  }
}

/** If the ledger has no record, the bottle is gone. */
async function runsStill(system: System, name: string): Promise<boolean> {
  try {
    const record = exists(stateDirectory(system.env)) ? recordOf(system, name) : undefined;
    return record?.isReady === true && (await (await backendOf(system, record.plan.backend)).isReady(record.plan, record.machine)); // prettier-ignore
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

function recordOf(system: System, name: string) {
  using ledger = new Ledger(system);
  return ledger.bottle(name);
}

/** Opens ports of a running bottle, each in a process that ends with the bottle. Returns those that were opened. */
export async function openInBackground(system: System, name: string, ports: readonly Port[]): Promise<Port[]> {
  const known = openPorts(system);
  const opened: Port[] = [];
  for (const port of ports) {
    const isOurs = known.some((open) => open.name === name && open.host === port.host && open.bottle === port.bottle);
    if (!isOurs) {
      if (await answersOn(port.host)) throw portTaken(port.host, renderPort({ ...port, host: port.host + 1 }));
      const words = [...system.self, "port", renderPort(port), "--bottle", name];
      // Detached from our terminal and process group, so that it outlives the session.
      const script = 'if command -v setsid >/dev/null; then set -- setsid "$@"; fi; "$@" </dev/null >/dev/null 2>&1 &';
      await system.run(["/bin/sh", "-c", script, "sh", ...words], { timeoutMs: 5_000, detached: true });
      for (let attempt = 0; attempt < 100 && !(await answersOn(port.host)); attempt += 1) await Bun.sleep(20);
    }
    opened.push(port);
  }
  return opened;
}
