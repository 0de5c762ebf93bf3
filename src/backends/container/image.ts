import { UserError } from "../../errors.ts";
import { printable } from "../../lib/quote.ts";
import { extraCertificates } from "../../system/certificates.ts";
import { fileStamp, isDirectory, makeTempDirectory, removeTree, writePrivate } from "../../system/files.ts";
import { treeStamp } from "../../system/host-tree.ts";
import { readPlain, writeStream } from "../../system/streams.ts";
import { together } from "../../lib/together.ts";
import { NotTar } from "../../lib/tar.ts";
import { pipe } from "../../system/pipe.ts";
import { stateDirectory } from "../../system/system.ts";
import type { StepOptions } from "../backend.ts";
import { inform } from "../../ui/messages.ts";
import { type Progress, work } from "../../ui/work.ts";
import { building, type Recipe, whileNoOtherBuilds } from "../recipe.ts";
import { buildError } from "../errors.ts";
import { baseImage } from "../messages.ts";
import type { Client } from "./client.ts";
import { engineError, notAnArchive, noImage, cannotFetch } from "./errors.ts";
import { fetchingImage, loadingImage } from "./messages.ts";
import * as argv from "./argv.ts";
import { renamedArchive } from "./archive.ts";
import type { Engine } from "./engine.ts";
import { knownEngine } from "./known-engine.ts";
import { imageIds } from "./image-ids.ts";
import { loopbackProxyPorts } from "./upstream.ts";
import { buildFiles, referenceOf } from "./recipe.ts";

/**
 * An image, with the names under which the engine may know it and the way to get it. One that we created is identified by its ID, which depends on
 * its content: our name for it may point to another image by now.
 */
export type Image = {
  readonly candidates: readonly string[];
  /** Gets the image and returns its identifier. */
  bring(options: StepOptions): Promise<string>;
};

/** The identifiers of the images, from one query; undefined if one of them is missing. */
async function findImages(client: Client, images: readonly Image[]): Promise<string[] | undefined> {
  const first = images.flatMap(({ candidates }) => candidates.slice(0, 1));
  return first.length === images.length && (await haveImages(client, first)) ? first : undefined;
}

/** The engine, and the identifiers of its images if all of them exist. */
export async function lookAt(
  client: Client,
  images: readonly Image[],
): Promise<{ engine: Engine; there: string[] | undefined }> {
  const known = knownEngine(client);
  const [engine, there] = await together([known ?? client.engine(), findImages(client, images)]);
  // If an image is missing, the engine may be another one, or may no longer work.
  return { engine: known && !there ? await client.engine() : engine, there };
}

/** Throws UserError for an image that cannot be had. */
export async function ensureImages(client: Client, images: readonly Image[], options: StepOptions): Promise<string[]> {
  const found: string[] = [];
  for (const image of images) found.push((await firstThere(client, image.candidates)) ?? (await image.bring(options)));
  return found;
}

/** Throws UserError if the engine does not answer. */
async function haveImages(client: Client, references: readonly string[]): Promise<boolean> {
  return (await client.look("look for images", argv.imageIdArgv(references))).code === 0;
}

async function firstThere(client: Client, candidates: readonly string[]): Promise<string | undefined> {
  for (const candidate of candidates) if (await haveImages(client, [candidate])) return candidate;
  return undefined;
}

/** The manifest's image: from a registry, or an archive or a directory, which we name by its content. */
export function givenImage(client: Client, image: string): Image {
  if (!image.startsWith("/")) return { candidates: [image], bring: (options) => pull(client, image, options) };
  const stamp = imageStamp(image);
  if (stamp === undefined) throw noImage(image);
  const reference = `localhost/claude-bottle/image:${stamp}`;
  const candidates = imageIds(client, reference).known();
  return { candidates, bring: (options) => load(client, image, reference, options) };
}

/** Changes whenever the archive, or anything in the directory, changes; undefined if it does not exist. */
export const imageStamp = (path: string): string | undefined => (isDirectory(path) ? treeStamp(path) : fileStamp(path));

/** One of our own images, built once for all bottles. */
export const builtImage = (client: Client, recipe: Recipe): Image => {
  const reference = referenceOf(recipe);
  const candidates = imageIds(client, reference).known();
  return { candidates, bring: (options) => build(client, recipe, reference, options) };
};

/** The ID of the image that we just created under that name. */
async function noteId(client: Client, reference: string): Promise<string> {
  const id = (await client.ask("look for images", argv.imageIdArgv([reference]))).stdout.trim();
  imageIds(client, reference).note(id);
  return id;
}

async function pull(client: Client, image: string, options: StepOptions): Promise<string> {
  const { system, program } = client;
  return await work(system, { ...fetchingImage(image, program), steps: 1 }, async (progress) => {
    const { code } = await client.call(["pull", image], { ...options, onOutput: progress.output });
    if (code === 0) return image;
    throw cannotFetch(image, program, progress);
  });
}

async function load(client: Client, image: string, reference: string, options: StepOptions): Promise<string> {
  const { system, program } = client;
  inform(system, loadingImage(image, program));
  const doing = `load image "${printable(image)}"`;
  if (isDirectory(image)) {
    const { from, to } = await pipe(
      system,
      { argv: ["tar", "-C", image, "-cf", "-", "."], env: {} },
      { argv: client.argv(["import", "-", reference]), env: {} },
      { signal: options.signal },
    );
    if (from.code !== 0 || to.code !== 0) throw engineError(program, doing, from.code === 0 ? to : from);
    return await noteId(client, reference);
  }
  const directory = makeTempDirectory(`${stateDirectory(system.env)}/builds/image-`);
  try {
    const copy = `${directory}/image.tar`;
    await writeStream(copy, untilAborted(renamedArchive(readPlain(image), reference), options.signal));
    await client.settle(doing, ["load", "-i", copy], options);
    return await noteId(client, reference);
  } catch (error) {
    if (error instanceof NotTar) throw notAnArchive(image, error.message);
    throw error;
  } finally {
    removeTree(directory);
  }
}

async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  for await (const piece of source) {
    signal?.throwIfAborted();
    yield piece;
  }
}

async function build(client: Client, recipe: Recipe, reference: string, options: StepOptions): Promise<string> {
  const { system, program } = client;
  return await whileNoOtherBuilds(system, program, recipe, options, async () => {
    const there = await firstThere(client, imageIds(client, reference).known());
    if (there !== undefined) return there;
    return await work(system, building(recipe, program), (progress) =>
      runBuilder(client, recipe, reference, { ...options, progress }),
    );
  });
}

async function runBuilder(
  client: Client,
  recipe: Recipe,
  reference: string,
  { progress, ...options }: StepOptions & { readonly progress: Progress },
): Promise<string> {
  const { system, program } = client;
  progress.step(1, baseImage(recipe.base));
  const directory = makeTempDirectory(`${stateDirectory(system.env)}/builds/build-`);
  try {
    const { text: certificates } = await extraCertificates(system);
    for (const [file, text] of Object.entries(buildFiles(recipe, certificates)))
      writePrivate(`${directory}/${file}`, text);
    const { code } = await client.call(
      [
        "build",
        "--no-cache",
        ...proxyArgv(system.env),
        ...(loopbackProxyPorts(system.env).length > 0 ? ["--network", "host"] : []),
        "-t",
        reference,
        directory,
      ],
      {
        ...options,
        onOutput: progress.output,
        // On INT and TERM podman exits at once and leaves its working containers behind. On HUP the build step fails and podman cleans up.
        ...(program === "podman" && { endBy: { name: "SIGHUP", graceMs: 60_000 } }),
      },
    );
    if (code === 0) return await noteId(client, reference);
  } finally {
    removeTree(directory);
  }
  throw buildError(program, `${recipe.purpose} image`, recipe, progress);
}

/** By name: a proxy's address may contain a password. */
const proxyArgv = (env: Readonly<Record<string, string>>): string[] =>
  ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"]
    .filter((name) => env[name])
    .flatMap((name) => ["--build-arg", name]);
