import type { Backend } from "../backends/backend.ts";
import { UserError } from "../errors.ts";
import { shellLine } from "../lib/quote.ts";
import type { Manifest } from "../manifest/schema.ts";
import type { Danger } from "../manifest/danger.ts";
import { dangersOf, hashOf } from "../manifest/dangers.ts";
import { exists } from "../system/files.ts";
import type { System } from "../system/system.ts";
import { resolveGrants, type Grants } from "./grants.ts";
import { hostFiles, type HostFiles } from "./host-files.ts";
import type { Project } from "./project.ts";
import { claudeFilesOf, fileHashes } from "./unasked.ts";
import { isOf, saveTrust, trustsOf, type View } from "./trust-store.ts";
import { notTrusted } from "./errors.ts";

/** The project's current dangers, the hash of them all, and whether the user has approved exactly those. */
export type Request = {
  readonly dangers: readonly Danger[];
  readonly hash: string;
  readonly isTrusted: boolean;
  readonly grants: Granted;
};

/** Includes the copies that host commands read instead of files that a bottle can change. */
export type Granted = Grants & { readonly hostFiles: HostFiles };

export function requestOf(
  system: System,
  { directory, cwd, resolved }: Project,
  { name, capabilities }: Backend,
): Request {
  const resolvedGrants = resolveGrants(system, directory, resolved);
  const files = hostFiles(directory, resolvedGrants.mounts, hostCommands(directory, resolved.manifest));
  const grants = { ...resolvedGrants, hostFiles: files };
  const dangers = dangersOf(resolved, {
    ...grants,
    directory,
    imagePath: pathOf(grants.image),
    namedFiles: new Map([...files].map(([path, { hash }]) => [path, hash])),
    fileHashes: capabilities.credentialBroker ? new Map() : fileHashes(directory, grants.files),
    claudeFiles: capabilities.credentialBroker ? [] : claudeFilesOf(directory, cwd),
    backend: name,
    isolation: capabilities.isolation,
    isBrokered: capabilities.credentialBroker,
  });
  const hash = hashOf(directory, dangers);
  const isTrusted = dangers.length === 0 || trustsOf(system, directory).some((trust) => trust.hash === hash);
  return { dangers, hash, isTrusted, grants };
}

const pathOf = (image: string | undefined) => (image?.startsWith("/") && exists(image) ? image : undefined);

const hostCommands = (directory: string, { hooks, secrets }: Manifest) => [
  ...Object.values(hooks).flatMap((command) => (command ? [{ command, cwd: directory }] : [])),
  ...Object.values(secrets).flatMap(({ command }) => (command ? [{ command, cwd: "/" }] : [])),
];

/** What the manifest may use of this machine. Throws UserError unless its dangers are trusted. */
export function requireTrust(system: System, project: Project, backend: Backend): Granted {
  const { dangers, isTrusted, grants } = requestOf(system, project, backend);
  if (isTrusted) return grants;
  const view = viewOf(project, backend);
  const isChange = trustsOf(system, view.directory).some((trust) => isOf(trust, view));
  const who = dangers.every(({ place }) => /\.json$/.test(place)) ? "the project" : "bottle.toml";
  throw notTrusted({ who, count: dangers.length, isChange, command: trustCommand(project, backend) });
}

export const viewOf = ({ directory, resolved }: Project, { name }: Backend): View => ({
  directory,
  profile: resolved.profiles.at(-1),
  backend: name,
});

/** The command that shows exactly this request. */
export function trustCommand({ manifest, resolved }: Project, { name }: Backend, ...words: readonly string[]): string {
  const profile = resolved.profiles.at(-1);
  return shellLine([
    "claude-bottle",
    "trust",
    ...(profile === undefined ? [] : ["--profile", profile]),
    ...(manifest.bottle.backend === name ? [] : ["--backend", name]),
    ...words,
  ]);
}

/** A worktree that we just created from a trusted project is trusted too, if it asks for exactly the same apart from its own path. */
export function inheritTrust(system: System, from: Project, to: Project, backend: Backend, profile?: string): void {
  const [given, asked] = [requestOf(system, from, backend), requestOf(system, to, backend)];
  const moved = JSON.stringify(asked.dangers).replaceAll(JSON.stringify(to.directory).slice(1, -1), JSON.stringify(from.directory).slice(1, -1)); // prettier-ignore
  if (asked.isTrusted || !given.isTrusted || moved !== JSON.stringify(given.dangers)) return;
  saveTrust(system, { directory: to.directory, profile, backend: backend.name }, asked.hash);
}
