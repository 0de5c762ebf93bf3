import { readText, writePrivate } from "../system/files.ts";
import { identify, type Identity, isAlive } from "../system/process.ts";

/** The process of a bottle's proxy, and the ports of the host's loopback that it offers. */
export type ProxyRecord = Identity & { readonly hostPorts: readonly number[] };

const fileIn = (directory: string) => `${directory}/proxy.json`;

/** Records our own process. */
export function writeProxy(directory: string, offered: Pick<ProxyRecord, "hostPorts">): void {
  const own = identify(process.pid);
  if (own) writePrivate(fileIn(directory), JSON.stringify({ ...own, ...offered }));
}

/** Undefined if it does not run. */
export function readProxy(directory: string): ProxyRecord | undefined {
  try {
    const { pid, started, hostPorts } = JSON.parse(readText(fileIn(directory)) ?? "") as Partial<ProxyRecord>;
    if (typeof pid !== "number" || typeof started !== "string" || !Array.isArray(hostPorts)) return undefined;
    const record = { pid, started, hostPorts };
    return isAlive(record) ? record : undefined;
  } catch {
    return undefined;
  }
}
