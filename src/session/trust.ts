import type { Backend } from "../backends/backend.ts";
import { UserError } from "../errors.ts";
import { dangersOf, hashOf, type Danger } from "../manifest/trust.ts";
import { exists, namesIn, readText, removeFile, writePrivate } from "../system/files.ts";
import { stateFolder, type System } from "../system/system.ts";
import { resolveGrants, type Grants } from "./grants.ts";
import type { Project } from "./project.ts";

/** What was trusted, and for which folder. */
export type Trust = { readonly directory: string; readonly hash: string; readonly trustedAt: number };

/** The project's dangers as it stands now, and what names them as a whole. */
export type Request = { readonly dangers: readonly Danger[]; readonly hash: string; readonly grants: Grants };

export function requestOf(system: System, { directory, resolved }: Project, { capabilities }: Backend): Request {
  const grants = resolveGrants(system, directory, resolved);
  const dangers = dangersOf(resolved, {
    ...grants,
    directory,
    imagePath: pathOf(grants.image),
    isolation: capabilities.isolation,
    isBrokered: capabilities.credentialBroker,
  });
  return { dangers, hash: hashOf(directory, dangers), grants };
}

const pathOf = (image: string | undefined) => (image?.startsWith("/") && exists(image) ? image : undefined);

/** What the manifest may have of this machine. Throws UserError while its dangers are not trusted. */
export function admit(system: System, project: Project, backend: Backend): Grants {
  const { dangers, hash, grants } = requestOf(system, project, backend);
  if (dangers.length > 0 && trustOf(system, project.directory)?.hash !== hash) {
    const isOne = dangers.length === 1;
    const things = isOne ? "something that needs" : `${dangers.length} things that need`;
    const again = trustOf(system, project.directory)
      ? `, and ${isOne ? "it has" : "they have"} changed since you gave it`
      : "";
    throw new UserError(`the manifest asks for ${things} your trust${again}`, {
      hint: "claude-bottle trust shows what, and asks you",
    });
  }
  return grants;
}

const folder = ({ env }: System) => `${stateFolder(env)}/trust`;
const fileOf = (system: System, directory: string) =>
  `${folder(system)}/${new Bun.CryptoHasher("sha256").update(directory).digest("hex")}.json`;

export function trustOf(system: System, directory: string): Trust | undefined {
  const found = read(fileOf(system, directory));
  return found?.directory === directory ? found : undefined;
}

export const saveTrust = (system: System, trust: Trust): void =>
  writePrivate(fileOf(system, trust.directory), `${JSON.stringify(trust)}\n`);

/** Whether there was one. */
export const revokeTrust = (system: System, directory: string): boolean => removeFile(fileOf(system, directory));

export const listTrust = (system: System): Trust[] =>
  namesIn(folder(system))
    .map((name) => read(`${folder(system)}/${name}`))
    .filter((trust) => trust !== undefined)
    .sort((one, other) => (one.directory < other.directory ? -1 : 1));

/** A record that cannot be read is no trust. */
function read(file: string): Trust | undefined {
  try {
    const { directory, hash, trustedAt }: Partial<Trust> = JSON.parse(readText(file) ?? "null") ?? {};
    if (typeof directory === "string" && typeof hash === "string" && typeof trustedAt === "number")
      return { directory, hash, trustedAt };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return undefined;
}
