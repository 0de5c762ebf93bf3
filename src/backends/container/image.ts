import { UserError } from "../../errors.ts";
import { printable } from "../../lib/quote.ts";
import { fileStamp, isFolder, makeFolder, removeTree, writePrivate } from "../../system/files.ts";
import { withLock } from "../../system/lock.ts";
import { stateFolder } from "../../system/system.ts";
import type { StepOptions } from "../backend.ts";
import type { Client } from "./client.ts";
import { engineError } from "./errors.ts";
import { buildFiles, type Recipe, referenceOf } from "./recipe.ts";

const isThere = async (client: Client, reference: string, options: StepOptions) =>
  (await client.call(["image", "inspect", reference], options)).code === 0;

/**
 * The reference by which the engine knows `image`, fetched or loaded where it is not there yet. An archive and a folder
 * get one of ours that changes with them. Throws UserError for an image that cannot be had.
 */
export async function ensureImage(client: Client, image: string, options: StepOptions): Promise<string> {
  const { system, program } = client;
  if (!image.startsWith("/")) {
    if (await isThere(client, image, options)) return image;
    const { code } = await client.call(["pull", image], { ...options, progress: true });
    if (code === 0) return image;
    throw new UserError(`cannot fetch image "${printable(image)}" with ${program}`, {
      hint: `try it yourself: ${program} pull ${image}`,
    });
  }
  const stamp = fileStamp(image);
  if (stamp === undefined)
    throw new UserError(`the image "${printable(image)}" is not there`, { hint: "correct image in bottle.toml" });
  const reference = `localhost/claude-bottle/image:${stamp}`;
  if (await isThere(client, reference, options)) return reference;
  system.err(`claude-bottle: loading image "${printable(image)}" into ${program}\n`);
  const doing = `load image "${printable(image)}"`;
  if (isFolder(image)) {
    const { from, to } = await system.pipe(
      { argv: ["tar", "-C", image, "-cf", "-", "."], env: {} },
      { argv: client.argv(["import", "-", reference]), env: {} },
    );
    if (from.code !== 0 || to.code !== 0) throw engineError(program, doing, from.code === 0 ? to : from);
    return reference;
  }
  const loaded = await client.settle(doing, ["load", "-i", image], options);
  const name = /^Loaded image(?:\(s\)| ID)?: (\S+)/m.exec(loaded.stdout)?.[1];
  if (name === undefined) throw engineError(program, doing, loaded);
  await client.settle(doing, ["tag", name, reference], options);
  return reference;
}

/** The reference of an image of ours, built where it is not there yet: once for all bottles. */
export async function ensureBuilt(client: Client, recipe: Recipe, options: StepOptions): Promise<string> {
  const { system, program } = client;
  const reference = referenceOf(recipe);
  if (await isThere(client, reference, options)) return reference;
  const signal = options.signal ?? new AbortController().signal;
  const name = `${program}-${recipe.purpose}`;
  const onWait = () =>
    system.err(`claude-bottle: waiting for another claude-bottle that builds the ${recipe.purpose}\n`);
  return withLock(system, name, { signal, onWait }, async () => {
    if (await isThere(client, reference, options)) return reference;
    system.err(`claude-bottle: building the ${recipe.purpose} image with ${program}, once for all bottles\n`);
    const folder = makeFolder(`${stateFolder(system.env)}/builds/build-`);
    try {
      for (const [file, text] of Object.entries(buildFiles(recipe))) writePrivate(`${folder}/${file}`, text);
      const { code } = await client.call(["build", ...proxyArgv(system.env), "-t", reference, folder], {
        ...options,
        progress: true,
        // On INT and TERM podman ends at once and leaves its working containers; on HUP the step fails, and it cleans up.
        endBy: program === "podman" ? "SIGHUP" : "SIGTERM",
      });
      if (code === 0) return reference;
    } finally {
      removeTree(folder);
    }
    throw new UserError(`${program} could not build the ${recipe.purpose} image from ${recipe.base}`, {
      hint:
        recipe.purpose === "template"
          ? "its last lines above say why; [template] in bottle.toml says what it is built from"
          : `its last lines above say why; without it, [network] in bottle.toml can only be "open" or "off"`,
    });
  });
}

/** By name: an address of a proxy may hold a password. */
const proxyArgv = (env: Readonly<Record<string, string>>): string[] =>
  ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"]
    .filter((name) => env[name])
    .flatMap((name) => ["--build-arg", name]);
