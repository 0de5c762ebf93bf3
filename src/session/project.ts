import { dirname } from "node:path";
import { backendNames } from "../backends/registry.ts";
import { UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";
import { defaultManifest, parseManifest } from "../manifest/parse.ts";
import type { Manifest } from "../manifest/schema.ts";
import { exists, isFolder, readText, realPath } from "../system/files.ts";
import type { System } from "../system/system.ts";

/** `directory` is shared with the bottle: where bottle.toml stands, or the working directory itself without one. */
export type Project = { readonly directory: string; readonly cwd: string; readonly manifest: Manifest };

const manifestName = "bottle.toml";

/** The nearest bottle.toml upwards, no further than the git checkout's top. */
export function findProject(system: System, start = system.cwd()): Project {
  const home = system.env.HOME ?? "";
  for (let folder = start; ; folder = dirname(folder)) {
    const file = `${folder}/${manifestName}`;
    const text = folder === home ? undefined : readText(file);
    if (text !== undefined)
      return {
        directory: folder,
        cwd: start,
        manifest: parseManifest(text, manifestPath(start, folder), backendNames),
      };
    if (exists(`${folder}/.git`) || folder === "/" || folder === home)
      return { directory: start, cwd: start, manifest: defaultManifest() };
  }
}

/** As the person in `start` would name it. */
function manifestPath(start: string, folder: string): string {
  const ups = start === folder ? 0 : start.slice(folder.length).split("/").filter(Boolean).length;
  return "../".repeat(ups) + manifestName;
}

/** The agent's prompt file as the guest names it. Throws UserError where the guest could not read it. */
export function promptFileOf(project: Project, agent: string): string | undefined {
  const name = project.manifest.agents[agent]?.["prompt-file"];
  if (name === undefined) return undefined;
  const where = `the prompt file of agent "${agent}", "${printable(name)}",`;
  const hint = `correct agents.${agent}.prompt-file in ${project.directory}/${manifestName}`;
  const path = realPath(name.startsWith("/") ? name : `${project.directory}/${name}`);
  if (path === undefined) throw new UserError(`${where} is not there`, { hint });
  if (!path.startsWith(`${project.directory}/`))
    throw new UserError(`${where} lies outside the project, which is all that a bottle sees`, { hint });
  if (isFolder(path)) throw new UserError(`${where} is a folder`, { hint });
  return path;
}
