import { dirname } from "node:path";
import { backendNames } from "../backends/registry.ts";
import { UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";
import { resolveManifest, type Resolved } from "../manifest/layers.ts";
import type { Source } from "../manifest/parse.ts";
import type { Manifest } from "../manifest/schema.ts";
import { exists, isDirectory, ownerOf, readText, realPath } from "../system/files.ts";
import { configDirectory, type System } from "../system/system.ts";
import { badProjectFile } from "./errors.ts";

/** `directory` is shared with the bottle: the one with bottle.toml, or the working directory if there is none. */
export type Project = {
  readonly directory: string;
  readonly cwd: string;
  readonly manifest: Manifest;
  readonly resolved: Resolved;
};

const manifestName = "bottle.toml";

/** Merges the nearest bottle.toml, at most as far up as the top of the git checkout, with the user's own configuration. */
export function findProject(system: System, options: { start?: string; profile?: string | undefined } = {}): Project {
  const start = options.start ?? system.cwd();
  const source = projectSource(system, start);
  const sources = [userSource(system), source].filter((found) => found !== undefined);
  const resolved = resolveManifest(sources, { backends: backendNames, profile: options.profile });
  return { directory: source?.directory ?? start, cwd: start, manifest: withPaths(resolved), resolved };
}

/** Relative paths start at the file that names them. */
function withPaths({ manifest, origin }: Resolved): Manifest {
  const { image } = manifest.bottle;
  if (image === undefined || !/^\.\.?\//.test(image)) return manifest;
  const directory = origin(["bottle", "image"])?.layer.directory ?? "";
  return { ...manifest, bottle: { ...manifest.bottle, image: `${directory}/${image}` } };
}

function projectSource(system: System, start: string): Source | undefined {
  const home = system.env.HOME ?? "";
  /** A bottle.toml in /tmp could be anybody's, and would make all of /tmp the project. */
  const isOurs = (path: string) => [0, system.user.uid, ownerOf(start)].includes(ownerOf(path));
  for (let directory = start; directory !== home; directory = dirname(directory)) {
    const path = `${directory}/${manifestName}`;
    const text = directory === start || isOurs(path) ? readText(path) : undefined;
    if (text !== undefined) return { kind: "project", file: manifestPath(start, directory), directory, text };
    if (exists(`${directory}/.git`) || directory === "/") return undefined;
  }
  return undefined;
}

function userSource({ env }: System): Source | undefined {
  const directory = configDirectory(env);
  const text = directory === undefined ? undefined : readText(`${directory}/config.toml`);
  if (directory === undefined || text === undefined) return undefined;
  const path = `${directory}/config.toml`;
  const file = env.HOME && path.startsWith(`${env.HOME}/`) ? `~${path.slice(env.HOME.length)}` : path;
  return { kind: "user", file, directory, text };
}

/** The program of the user's own file that hears of sessions that need the user; undefined where that file names none or has a mistake. */
export function notifyCommand(system: System): readonly string[] | undefined {
  try {
    const source = userSource(system);
    return source && resolveManifest([source], { backends: backendNames }).manifest.notify.command;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
}

/** The path as the user in `start` would type it. */
function manifestPath(start: string, directory: string): string {
  const ups = start === directory ? 0 : start.slice(directory.length).split("/").filter(Boolean).length;
  return "../".repeat(ups) + manifestName;
}

/** The agent's prompt file as a path in the guest. Throws UserError if the guest could not read it. */
export function promptFileOf(project: Project, agent: string): string | undefined {
  const name = project.manifest.agents[agent]?.["prompt-file"];
  if (name === undefined) return undefined;
  const where = `the prompt file of agent "${agent}", "${printable(name)}",`;
  const hint = `correct agents.${agent}.prompt-file in ${project.directory}/${manifestName}`;
  const path = realPath(name.startsWith("/") ? name : `${project.directory}/${name}`);
  if (path === undefined) throw badProjectFile("missing", where, hint);
  if (!path.startsWith(`${project.directory}/`)) throw badProjectFile("outside", where, hint);
  if (isDirectory(path)) throw badProjectFile("directory", where, hint);
  return path;
}
