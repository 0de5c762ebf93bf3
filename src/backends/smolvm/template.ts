import { UserError } from "../../errors.ts";
import { shellLine } from "../../lib/quote.ts";
import type { BottlePlan } from "../../plan/plan.ts";
import {
  makeTempDirectory,
  renameUnlessPresent,
  listDirectory,
  removeFile,
  removeTree,
  readPrefix,
} from "../../system/files.ts";
import { extraCertificates } from "../../system/certificates.ts";
import { isLocked } from "../../system/lock.ts";
import { cacheDirectory, stateDirectory, type System } from "../../system/system.ts";
import type { Leftover, Needed, StepOptions } from "../backend.ts";
import { work } from "../../ui/work.ts";
import { building, buildLock, type Recipe, templateRecipe, whileNoOtherBuilds } from "../recipe.ts";
import { buildError } from "../errors.ts";
import { baseImage, buildUnfinished, unusedImage } from "../messages.ts";
import * as argv from "./argv.ts";
import type { Client } from "./client.ts";
import { saving } from "./messages.ts";

// A template is a machine that was set up once and saved in smolvm's pack format. Bottles created from it share one unpacked copy, with the machine's
// owners and modes. An image as a directory loses those, and an archive is unpacked again for each bottle.

const program = "smolvm";
const ending = ".smolmachine";

const directoryOf = ({ env }: System) => `${cacheDirectory(env) ?? stateDirectory(env)}/smolvm`;
const fileOf = (system: System, recipe: Recipe) => `${directoryOf(system)}/${argv.builderName(recipe)}${ending}`;
const isProxied = ({ env }: System) => Boolean(env.HTTPS_PROXY || env.https_proxy || env.HTTP_PROXY || env.http_proxy);

/** After a crash of the machine, the file may exist but be empty. */
const isWhole = (pack: string): boolean => readPrefix(pack, 1) !== "";

/** The plan with its template's file, which is built first if it is missing. Throws UserError if that fails. */
export async function withTemplate(client: Client, plan: BottlePlan, options: StepOptions): Promise<BottlePlan> {
  if (!plan.template) return plan;
  const { system } = client;
  const recipe = templateRecipe(plan.template);
  const pack = fileOf(system, recipe);
  if (!isWhole(pack))
    await whileNoOtherBuilds(system, program, recipe, options, async () => {
      if (!isWhole(pack)) await build(client, recipe, plan, pack, options);
    });
  return { ...plan, pack };
}

async function build(
  client: Client,
  recipe: Recipe,
  plan: BottlePlan,
  file: string,
  options: StepOptions,
): Promise<void> {
  const { system } = client;
  const doing = `build the template from ${recipe.base}`;
  const machine = argv.builderName(recipe);
  const directory = makeTempDirectory(`${directoryOf(system)}/.building-`);
  const pack = `${directory}/template`;
  const { create, start, certificates, runs, stop, save } = argv.buildArgvs(recipe, plan, {
    pack,
    proxied: isProxied(system),
  });
  // The machine of a build that was killed.
  await client.remove(machine, "what an earlier build left", options);
  try {
    const { steps, ...what } = building(recipe, program);
    await work(system, { ...what, steps: steps + 1 }, async (progress) => {
      progress.step(1, baseImage(recipe.base));
      await client.settle(doing, create, options);
      await client.start(doing, start, options);
      await client.execFirst(doing, argv.asRootArgv(machine, ["/bin/sh", "-c", ":"]), options);
      const stdin = (await extraCertificates(system)).text;
      if (stdin !== "") await client.settle(doing, certificates, { ...options, stdin });
      for (const words of runs) {
        const { code } = await client.call(words, { ...options, onOutput: progress.output });
        options.signal?.throwIfAborted();
        if (code !== 0) throw buildError(program, "template", recipe, progress);
      }
      await client.settle(doing, stop, options);
      progress.step(steps + 1, saving);
      // An interrupted save would leave a machine of smolvm's own running, so it is allowed to finish.
      await client.settle(doing, save, { detached: true });
      renameUnlessPresent(`${pack}${ending}`, file);
      options.signal?.throwIfAborted();
    });
  } finally {
    removeTree(directory);
    await removeBuilder(client, machine);
  }
}

/** If it cannot be removed, it is left to gc: the error that matters is why the build failed. */
async function removeBuilder(client: Client, machine: string): Promise<void> {
  try {
    await client.remove(machine, "the machine of the template", { detached: true });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}

/** The commands that create a bottle of that plan, and its template if that is missing. */
export function explainTemplate(client: Client, plan: BottlePlan): { plan: BottlePlan; build: string[][] } {
  if (!plan.template || plan.pack !== undefined) return { plan, build: [] };
  const { system } = client;
  const recipe = templateRecipe(plan.template);
  const pack = fileOf(system, recipe);
  const steps = argv.buildArgvs(recipe, plan, { pack: pack.slice(0, -ending.length), proxied: isProxied(system) });
  const { create, start, runs, stop, save, remove } = steps;
  return { plan: { ...plan, pack }, build: isWhole(pack) ? [] : [create, start, ...runs, stop, save, remove] };
}

/** Templates that no bottle uses, and what killed builds left behind. `builders`: the names of the machines of builds. */
export function templateLeftovers(client: Client, { plans, purged }: Needed, builders: readonly string[]): Leftover[] {
  const { system } = client;
  const isBuilding = () => isLocked(system, buildLock(program, { purpose: "template" }));
  if (isBuilding()) return [];
  const directory = directoryOf(system);
  const needed = new Set([...plans.map(({ pack }) => pack), ...(purged ? [] : [fileOf(system, templateRecipe({}))])]);
  const prune = argv.pruneArgv();
  const why = buildUnfinished;
  const machines = builders.map((name): Leftover => {
    const remove = async () => !isBuilding() && (await client.remove(name, `machine "${name}"`), true);
    return { kind: "machine", name, why, how: shellLine([program, ...argv.deleteArgv(name)]), remove };
  });
  const parts = listDirectory(directory)
    .filter((name) => name.startsWith(".building-"))
    .map((name): Leftover => {
      const path = `${directory}/${name}`;
      const remove = async () => !isBuilding() && (removeTree(path), true);
      return { kind: "directory", name: path, why, how: shellLine(["rm", "-rf", path]), remove };
    });
  const templates = listDirectory(directory)
    .filter((name) => name.endsWith(ending))
    .map((name) => `${directory}/${name}`)
    .filter((path) => !needed.has(path))
    .map((path): Leftover => ({
      kind: "image",
      name: path,
      why: unusedImage(),
      how: `${shellLine(["rm", path])} && ${shellLine([program, ...prune])}`,
      remove: async () => {
        removeFile(path);
        // Also removes the copy that smolvm unpacked, from smolvm's own cache, once the last bottle that used it is gone.
        await client.call(prune);
        return true;
      },
    }));
  return [...machines, ...parts, ...templates];
}
