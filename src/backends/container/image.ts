import { UserError } from "../../errors.ts";
import { printable } from "../../lib/quote.ts";
import { fileStamp, isDirectory, makeTempDirectory, removeTree, writePrivate } from "../../system/files.ts";
import { stateDirectory } from "../../system/system.ts";
import type { StepOptions } from "../backend.ts";
import { buildError, type Recipe, whileNoOtherBuilds } from "../recipe.ts";
import type { Client } from "./client.ts";
import { engineError } from "./errors.ts";
import { buildFiles, referenceOf } from "./recipe.ts";

/** An image by the name that the engine knows it by, and what brings it there. */
type Image = { readonly reference: string; bring(options: StepOptions): Promise<void> };

/** Throws UserError where the engine does not answer. */
export async function haveImages(client: Client, images: readonly Pick<Image, "reference">[]): Promise<boolean> {
  const words = ["image", "inspect", ...images.map(({ reference }) => reference)];
  return (await client.look("look for images", words)).code === 0;
}

/** Throws UserError for an image that cannot be had. */
export async function ensureImage(client: Client, image: Image, options: StepOptions): Promise<void> {
  if (!(await haveImages(client, [image]))) await image.bring(options);
}

/** What the manifest names: a registry's image, or an archive or a directory, which gets a name of ours that changes with it. */
export function givenImage(client: Client, image: string): Image {
  if (!image.startsWith("/")) return { reference: image, bring: (options) => pull(client, image, options) };
  const stamp = fileStamp(image);
  if (stamp === undefined)
    throw new UserError(`the image "${printable(image)}" is not there`, { hint: "correct image in bottle.toml" });
  const reference = `localhost/claude-bottle/image:${stamp}`;
  return { reference, bring: (options) => load(client, image, reference, options) };
}

/** One of ours, built once for all bottles. */
export const builtImage = (client: Client, recipe: Recipe): Image => {
  const reference = referenceOf(recipe);
  return { reference, bring: (options) => build(client, recipe, reference, options) };
};

async function pull(client: Client, image: string, options: StepOptions): Promise<void> {
  const { code } = await client.call(["pull", image], { ...options, progress: true });
  if (code !== 0)
    throw new UserError(`cannot fetch image "${printable(image)}" with ${client.program}`, {
      hint: `try it yourself: ${client.program} pull ${image}`,
    });
}

async function load(client: Client, image: string, reference: string, options: StepOptions): Promise<void> {
  const { system, program } = client;
  system.err(`claude-bottle: loading image "${printable(image)}" into ${program}\n`);
  const doing = `load image "${printable(image)}"`;
  if (isDirectory(image)) {
    const { from, to } = await system.pipe(
      { argv: ["tar", "-C", image, "-cf", "-", "."], env: {} },
      { argv: client.argv(["import", "-", reference]), env: {} },
    );
    options.signal?.throwIfAborted();
    if (from.code !== 0 || to.code !== 0) throw engineError(program, doing, from.code === 0 ? to : from);
    return;
  }
  const loaded = await client.settle(doing, ["load", "-i", image], options);
  const name = /^Loaded image(?:\(s\)| ID)?: (\S+)/m.exec(loaded.stdout)?.[1];
  if (name === undefined) throw engineError(program, doing, loaded);
  await client.settle(doing, ["tag", name, reference], options);
}

async function build(client: Client, recipe: Recipe, reference: string, options: StepOptions): Promise<void> {
  const { system, program } = client;
  await whileNoOtherBuilds(system, program, recipe, options, async () => {
    if (await haveImages(client, [{ reference }])) return;
    system.err(`claude-bottle: building the ${recipe.purpose} image with ${program}, once for all bottles\n`);
    const directory = makeTempDirectory(`${stateDirectory(system.env)}/builds/build-`);
    try {
      for (const [file, text] of Object.entries(buildFiles(recipe))) writePrivate(`${directory}/${file}`, text);
      const { code } = await client.call(["build", ...proxyArgv(system.env), "-t", reference, directory], {
        ...options,
        progress: true,
        // On INT and TERM podman ends at once and leaves its working containers; on HUP the step fails, and it cleans up.
        ...(program === "podman" && { endBy: { name: "SIGHUP", graceMs: 60_000 } }),
      });
      if (code === 0) return;
    } finally {
      removeTree(directory);
    }
    throw buildError(program, `${recipe.purpose} image`, recipe);
  });
}

/** By name: an address of a proxy may hold a password. */
const proxyArgv = (env: Readonly<Record<string, string>>): string[] =>
  ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"]
    .filter((name) => env[name])
    .flatMap((name) => ["--build-arg", name]);
