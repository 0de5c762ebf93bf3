import { createServer, connect, type Socket } from "node:net";
import { readHolder } from "../namespaces/holder.ts";
import { openNamespaces, type Namespaces } from "../namespaces/join.ts";
import { type Libc, linuxCalls } from "../namespaces/linux.ts";
import { listenInside } from "../namespaces/listen.ts";
import { isAlive } from "../system/process.ts";
import { noteDenial } from "./denials.ts";
import { writeProxy } from "./record.ts";
import { CurrentRules } from "./rules.ts";
import { serve } from "./serve.ts";
import { notRunning, portTaken } from "./errors.ts";

const mostConnections = 1000;
const lookEveryMs = 2_000;

/**
 * `proxy DIRECTORY PORT`: the only way from the bottle of that directory to the network, on that port of its loopback. Also offers ports of the
 * host's loopback. Prints `ready`, and ends with the bottle. `env`: the host's environment, for the host's own proxy.
 */
export async function proxy([directory = "", port = ""]: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const libc = linuxCalls();
  const holder = readHolder(directory);
  const namespaces = holder && openNamespaces(libc, holder);
  if (!holder || !namespaces) throw notRunning();
  const rules = new CurrentRules(directory);
  const way = {
    allows: (host: string, port: number) => rules.allows(host, port),
    onDenied: (target: string) => noteDenial(directory, target),
    env,
  };
  await offer(libc, namespaces, Number(port), (client) => serve(client, way));
  const offered = new Set<number>();
  const offerPorts = async () => {
    for (const wanted of rules.now.hostPorts) {
      if (offered.has(wanted)) continue;
      await offer(libc, namespaces, wanted, (client) =>
        // A port can be taken back while the proxy runs.
        rules.now.hostPorts.includes(wanted) ? passOn(client, wanted) : client.destroy(),
      );
      offered.add(wanted);
    }
    writeProxy(directory, { hostPorts: [...offered] });
  };
  await offerPorts();
  process.on("SIGHUP", () => void offerPorts().catch(() => undefined));
  process.stdout.write("ready\n");
  while (isAlive(holder)) await Bun.sleep(lookEveryMs);
  return 0;
}

async function offer(
  libc: Libc,
  namespaces: Namespaces,
  port: number,
  onClient: (client: Socket) => void,
): Promise<void> {
  const descriptor = listenInside(libc, namespaces, port);
  if (descriptor === undefined) throw portTaken(port);
  const server = createServer({ allowHalfOpen: true, noDelay: true }, onClient);
  server.maxConnections = mostConnections;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ fd: descriptor }, resolve);
  await promise;
}

/** A service of the host may listen on one of its two loopback addresses only. */
function passOn(client: Socket, port: number, host = "127.0.0.1"): void {
  const service = connect({ host, port, allowHalfOpen: true, noDelay: true });
  const isLast = host !== "127.0.0.1";
  service.once("error", () => void (isLast ? client.destroy() : passOn(client, port, "::1")));
  service.once("connect", () => {
    for (const [one, other] of [[client, service], [service, client]] as const) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroySoon());
      one.pipe(other);
    }
  });
} // prettier-ignore
