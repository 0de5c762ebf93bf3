import { shellLine } from "../../lib/quote.ts";
import type { Leftover, Needed } from "../backend.ts";
import { bottleGone, unusedImage } from "../messages.ts";
import { templateRecipe } from "../recipe.ts";
import * as argv from "./argv.ts";
import type { Client } from "./client.ts";
import { parseParts } from "./listing.ts";
import { bottleOfVolume, partNames, removeVolumeArgv } from "./network.ts";
import { imageIds } from "./image-ids.ts";
import { proxyRecipe, referenceOf } from "./recipe.ts";

/** Containers and volumes of bottles that are gone, and images that no bottle uses. */
export async function containerLeftovers(client: Client, { plans, purged }: Needed): Promise<Leftover[]> {
  const ask = async (words: readonly string[]) => (await client.ask("look for what is left over", words)).stdout;
  const lines = async (words: readonly string[]) => (await ask(words)).split("\n").filter(Boolean);
  const names = new Set(await lines(argv.namesArgv()));
  const uid = String(client.system.user.uid);

  const leftover = (kind: Leftover["kind"], name: string, why: string, words: readonly string[]): Leftover => ({
    kind,
    name,
    why,
    how: shellLine([client.program, ...words]),
    remove: async () => {
      const run = await client.call(words);
      return run.code === 0 || /no such|not known|not found|failed to find/i.test(run.stderr);
    },
  });

  const containers = parseParts(await ask(argv.partsArgv()))
    .filter(({ bottle, uid: owner }) => owner === uid && bottle !== undefined && !names.has(bottle))
    .map(({ name, bottle }) => leftover("container", name, bottleGone(bottle), argv.removeArgv(name)));

  const volumes = (await lines(argv.volumesArgv())).flatMap((name) => {
    const bottle = bottleOfVolume(name);
    if (bottle === undefined || names.has(bottle)) return [];
    return leftover("volume", name, bottleGone(bottle), removeVolumeArgv(bottle));
  });

  const next = purged ? [] : [templateRecipe({}), proxyRecipe].map(referenceOf);
  // By ID: an image that merely has such a name is not needed.
  const needed = new Set(
    [
      ...plans.flatMap(({ engine }) => [engine?.image, engine?.proxyImage]),
      ...next.flatMap((reference) => imageIds(client, reference).known()),
    ].map(plainId),
  );
  const goes = new Set(purged?.flatMap((name) => [name, ...partNames(name)]));
  const images: Leftover[] = [];
  for (const line of await lines(argv.imagesArgv())) {
    const [reference = "", size = "", id] = line.split("\t");
    if (needed.has(reference) || needed.has(plainId(id))) continue;
    const users = await lines(argv.namesArgv(reference));
    if (users.some((name) => !goes.has(name))) continue;
    images.push(leftover("image", reference, unusedImage(size), argv.removeImageArgv(reference)));
  }
  return [...containers, ...volumes, ...images];
}

/** docker prefixes an ID with its kind. */
const plainId = (id: string | undefined): string | undefined => id?.replace(/^sha256:/, "");
