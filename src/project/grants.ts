import { UserError } from "../errors.ts";
import { contains } from "../lib/paths.ts";
import { printable } from "../lib/quote.ts";
import type { Resolved } from "../manifest/layers.ts";
import { errorAt } from "../manifest/parse.ts";
import type { FilePlan, MountPlan } from "../plan/plan.ts";
import { kindOf, realPath } from "../system/files.ts";
import { claudeFiles } from "./host-claude.ts";
import { configDirectory, stateDirectory, type System } from "../system/system.ts";
import { holdsOwnFiles, refused } from "./errors.ts";

/**
 * What the manifest asks of this machine, with each path resolved once, so that what is judged is what is used later. All paths are real and
 * absolute.
 */
export type Grants = {
  /** A registry reference, or the real path of an existing file or directory. */
  readonly image: string | undefined;
  readonly mounts: readonly MountPlan[];
  readonly files: readonly FilePlan[];
  readonly secretFiles: ReadonlyMap<string, string>;
};

/** Throws UserError for anything that does not exist, and for anything that no trust could make safe. */
export function resolveGrants(system: System, directory: string, resolved: Resolved): Grants {
  const { manifest } = resolved;
  const home = system.env.HOME ?? "";

  const refuse = (path: readonly string[], text: string, hint?: string): UserError => {
    const origin = resolved.origin(path);
    return origin ? errorAt(origin.layer, [{ path: origin.path, text, hint }]) : refused(text, hint);
  };

  /** Resolved against the directory of the file in which it is written. */
  function absolute(path: readonly string[], written: string): string {
    if (written.startsWith("/")) return written;
    if (written.startsWith("~/")) return `${home}${written.slice(1)}`;
    return `${resolved.origin(path)?.layer.directory ?? directory}/${written}`;
  }

  const held = contains(directory, home) ? undefined : ownDirectories(system).find((own) => contains(directory, own));
  if (held !== undefined) throw holdsOwnFiles(directory);

  const mounts: MountPlan[] = [];
  function refuseExchangeable(path: readonly string[], source: string): void {
    const outer = mounts.find(({ mode, source: directory }) => mode === "rw" && contains(directory, source));
    const why = `where the bottle could put another ${kindOf(source)} in its place`;
    if (outer) throw refuse(path, `"${printable(source)}" is in "${printable(outer.source)}", ${why}`);
  }

  manifest.mounts.forEach(({ source: written, target, mode }, index) => {
    const path = ["mounts", String(index)];
    const name = `the directory "${printable(written)}"`;
    const source = realPath(absolute(path, written));
    if (source === undefined) throw refuse(path, `${name} does not exist`);
    const kind = kindOf(source);
    if (kind !== "directory")
      throw refuse(path, `"${printable(written)}" is a ${kind}; only a directory can be mounted`);
    const real = `"${printable(source)}"`;
    if (contains(source, home))
      throw refuse(path, `${real} contains your home directory, so the bottle would see your keys and settings`);
    if (contains(directory, source)) throw refuse(path, `${real} is in the project, which the bottle already has`);
    refuseExchangeable(path, source);
    const own = ownDirectories(system).find((directory) => contains(source, directory) || contains(directory, source));
    if (own && mode === "rw")
      throw refuse(path, `${real} holds claude-bottle's own files, and the bottle could change them`);
    if (target === undefined && !/^[A-Za-z0-9_.@+,/-]+$/.test(source))
      throw refuse(
        path,
        `${real} cannot keep its path in the bottle`,
        "add a target of letters, digits and _ . @ + , -",
      );
    const place = target ?? source;
    if (contains(place, directory))
      throw refuse(path, `${real} would lie over the project in the bottle`, "add a target beside the project");
    const other = mounts.find((mount) => mount.target === place);
    if (other)
      throw refuse(
        path,
        `${real} would lie over "${printable(other.source)}", as "${place}"`,
        "give one another target",
      );
    mounts.push({ source, target: place, mode });
  });

  const files = manifest.provision.files.map(({ source: written, target }, index): FilePlan => {
    const path = ["provision", "files", String(index)];
    const source = realPath(absolute(path, written));
    if (source === undefined) throw refuse(path, `"${printable(written)}" does not exist`);
    const kind = kindOf(source);
    if (kind !== "directory" && kind !== "file")
      throw refuse(path, `"${printable(written)}" is a ${kind}; only files and directories can be copied`);
    if (contains(source, home))
      throw refuse(path, `"${printable(source)}" contains your home directory, with your keys`);
    refuseExchangeable(path, source);
    return { source, target };
  });

  for (const { source: written, target } of claudeFiles(system, manifest.provision.claude)) {
    const source = realPath(written);
    if (source === undefined) continue;
    refuseExchangeable(["provision", "claude"], source);
    files.push({ source, target });
  }

  const secretFiles = new Map<string, string>();
  for (const [name, { file }] of Object.entries(manifest.secrets)) {
    if (file === undefined) continue;
    const path = ["secrets", name, "file"];
    const real = realPath(absolute(path, file));
    if (real === undefined) throw refuse(path, `the file of secret "${name}", "${printable(file)}", does not exist`);
    const kind = kindOf(real);
    if (kind !== "file") throw refuse(path, `the file of secret "${name}", "${printable(file)}", is a ${kind}`);
    secretFiles.set(name, real);
  }

  return {
    image: imageOf(manifest.bottle.image, (written) => absolute(["bottle", "image"], written)),
    mounts,
    files,
    secretFiles,
  };
}

/** A path is resolved if it exists; a registry reference stays as it is. */
function imageOf(image: string | undefined, absolute: (written: string) => string): string | undefined {
  if (image === undefined || !/^(?:\.{1,2})?\//.test(image)) return image;
  return realPath(absolute(image)) ?? absolute(image);
}

/** Directories in which a bottle with write access could change what the next one may do. */
function ownDirectories({ env }: System): string[] {
  return [stateDirectory(env), configDirectory(env)]
    .filter((directory) => directory !== undefined)
    .map((directory) => realPath(directory) ?? directory);
}
