import type { Backend } from "../backends/backend.ts";
import { backendNames, backendOf } from "../backends/registry.ts";
import { UserError } from "../errors.ts";
import { Ledger } from "../ledger/ledger.ts";
import { addHost } from "../manifest/edit.ts";
import { resolveManifest } from "../manifest/layers.ts";
import type { Source } from "../manifest/parse.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { readText, realPath, writeText } from "../system/files.ts";
import { configDirectory, type System } from "../system/system.ts";
import * as errors from "./errors.ts";
import { type Hold, holdBottle } from "./hold.ts";
import { projectBackend } from "./target.ts";
import { findProject } from "../project/project.ts";
import { requestOf, viewOf } from "../project/trust.ts";
import { saveTrust } from "../project/trust-store.ts";

/** How long a host stays allowed: in this bottle only, for the project, or for all bottles. */
export type Reach = "session" | "project" | "always";

/** Returns the host as the manifest spells it. Throws UserError if it is not a host. */
export function checkHost(host: string): string {
  const text = `network.hosts = [${JSON.stringify(host)}]\n`;
  const source: Source = { kind: "user", file: "the host", directory: "/", text };
  try {
    const [known = host] = resolveManifest([source], { backends: [] }).manifest.network.hosts;
    return known;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const why = /must be (.*?)(?:\n|$)/.exec(error.message)?.[1] ?? "that is no host";
    throw errors.notAHost(why);
  }
}

/**
 * Allows the host in the running bottle. False if there is no bottle. `file` is the one that already lists the host. Throws UserError if the backend
 * cannot.
 */
export const openHost = (
  system: System,
  name: string,
  host: string,
  options: { readonly reach: Reach; readonly file: string | undefined },
): Promise<boolean> => holdBottle(system, name, (hold) => openUnderLock(system, name, host, { ...options, hold }));

async function openUnderLock(
  system: System,
  name: string,
  host: string,
  { reach, file, hold }: { readonly reach: Reach; readonly file: string | undefined; readonly hold: Hold },
): Promise<boolean> {
  using ledger = new Ledger(system);
  const record = ledger.bottle(name);
  if (record === undefined) return (hold.discard(), false);
  if (record.plan.network.hosts.includes(host)) return true;
  const { plan } = record;
  const { network } = plan;
  if (network.mode !== "list") throw errors.networkNotListed(name, network.mode, host, file);
  const backend = await backendOf(system, plan.backend);
  if (!backend.setNetwork) throw errors.hostsFixed(backend.name, host, file);
  const hosts = [...network.hosts, host].sort();
  // A host that a file lists is removed by editing that file, so it is not noted in the bottle's plan.
  const own = reach === "session" && { opened: [...(network.opened ?? []), host] };
  const opened: BottlePlan = { ...plan, network: { ...network, hosts, ...own } };
  await backend.setNetwork(opened, plan, { signal: hold.signal });
  ledger.savePlan(opened);
  return true;
}

/** Writes the host to the project's bottle.toml or to the user's own file. Trust given before still holds. */
export async function writeHost(system: System, host: string, reach: Exclude<Reach, "session">): Promise<string> {
  const project = findProject(system);
  const backend = await projectBackend(system, project);
  const { isTrusted: wasTrusted } = requestOf(system, project, backend);
  const directory = reach === "always" ? configDirectory(system.env) : project.directory;
  if (directory === undefined) throw errors.noSettingsDirectory();
  const path = `${directory}/${reach === "always" ? "config.toml" : "bottle.toml"}`;
  if (reach === "project" && (realPath(path) ?? path) !== path) throw errors.manifestIsLink(path, host);
  const source: Source = { kind: "project", file: path, directory, text: readText(path) ?? "" };
  const { hosts } = resolveManifest([source], { backends: backendNames }).manifest.network;
  if (hosts.includes(host)) return path;
  const text = addHost(source, host, backendNames);
  if (text === undefined) throw errors.cannotAddHost(path, host);
  writeText(reach === "always" ? (realPath(path) ?? path) : path, text);
  if (reach === "project" && wasTrusted) renewTrust(system, backend);
  return path;
}

/** The user typed the host, so the changed manifest needs no new approval. */
function renewTrust(system: System, backend: Backend): void {
  const project = findProject(system);
  saveTrust(system, viewOf(project, backend), requestOf(system, project, backend).hash);
}
