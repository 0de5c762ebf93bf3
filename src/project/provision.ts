import type { Backend } from "../backends/backend.ts";
import { UserError } from "../errors.ts";
import type { Manifest } from "../manifest/schema.ts";
import type { FilePlan } from "../plan/plan.ts";
import type { Project } from "./project.ts";
import { noRootCommands } from "./errors.ts";

/** What runs in a bottle before the first session of each start. */
export type Provision = {
  readonly files: readonly FilePlan[];
  readonly commands: Manifest["provision"]["commands"];
  readonly env: Readonly<Record<string, string>>;
};

/** Throws UserError for anything that the backend cannot do. `files`: those of the manifest, as they were judged. */
export function provisionOf(
  { manifest }: Project,
  { name, capabilities }: Backend,
  files: readonly FilePlan[],
): Provision {
  const { commands } = manifest.provision;
  const asRoot = commands.findIndex(({ user }) => user === "root");
  if (asRoot >= 0 && capabilities.user === "host") throw noRootCommands(name, asRoot);
  return { files, commands, env: manifest.env };
}
