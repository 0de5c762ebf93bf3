import type { BottlePlan } from "../../plan/plan.ts";
import { isAlive, processOfContainer } from "../../system/process.ts";
import { isFrozen } from "../../system/control-group.ts";
import type { System } from "../../system/system.ts";
import { UserError } from "../../errors.ts";
import { together } from "../../lib/together.ts";
import { inform, warn } from "../../ui/messages.ts";
import type { Backend, StepOptions } from "../backend.ts";
import { copiedPlan } from "../copied.ts";
import { proxyEnv } from "../host-filter.ts";
import { type Recipe, templateRecipe } from "../recipe.ts";
import * as argv from "./argv.ts";
import { Client } from "./client.ts";
import { assumedFacts, type Engine, factsOf } from "./engine.ts";
import { elsewhere, engineError, isUnknown, mentionsUnknown } from "./errors.ts";
import { builtImage, ensureImages, givenImage, type Image, lookAt } from "./image.ts";
import { imageIds } from "./image-ids.ts";
import { forgetEngine } from "./known-engine.ts";
import { containerLeftovers } from "./leftovers.ts";
import { machineOf, parseChanges, parseListing, parseSizes } from "./listing.ts";
import { encryptedProxyUnused, notRunning } from "./messages.ts";
import { seesOurFiles } from "./sharing.ts";
import * as network from "./network.ts";
import { forgetParts, noteParts, partsAlive } from "./part-processes.ts";
import { takePrepared } from "./preparation.ts";
import { pushTemplate } from "./push.ts";
import { proxyRecipe, referenceOf } from "./recipe.ts";
import { agentLink, makeSources, recordsOf, removeSources } from "./sources.ts";
import { encryptedProxy, hostProxyOf, withProxyPorts } from "./upstream.ts";

export const docker = (system: System): Backend => container(system, "docker");
export const podman = (system: System): Backend => container(system, "podman");

function container(system: System, program: argv.ProgramName): Backend {
  const client = new Client(system, program);
  /** The IDs of containers that we have created or found, by name. */
  const ids = new Map<string, string>();

  /** For --dry-run, without asking the engine: the last image that we built, or the name that it would get. */
  const assumedImage = (recipe: Recipe): string =>
    imageIds(client, referenceOf(recipe)).known()[0] ?? referenceOf(recipe);
  /** An engine on another machine has its own network settings. */
  const hostProxy = (plan: BottlePlan) => (plan.copied ? undefined : hostProxyOf(system.env, plan.network));
  const partsOf = (plan: BottlePlan, image = plan.engine?.proxyImage ?? assumedImage(proxyRecipe)) =>
    network.partsOf(withProxyPorts(plan, system.env), image, hostProxy(plan) !== undefined);
  /** The commands that create a bottle. Those in one list run in parallel, the lists in order. */
  const creations = (plan: BottlePlan): (readonly string[])[][] => {
    const parts = partsOf(plan).map((part) => part.argv);
    const facts = plan.engine ?? assumedFacts(plan, system, assumedImage);
    const volume = parts.length > 0 ? [network.makeVolumeArgv(plan.name)] : [];
    return [[argv.runArgv(plan, facts, agentLink(system, plan.name)), ...volume], parts];
  };

  const starting = (plan: BottlePlan) => argv.startArgv([plan.name, ...partsOf(plan).map(({ name }) => name)]);
  /**
   * One call each, because podman removes none of several if one is missing. Dependent containers come first, because podman keeps a container that
   * others depend on.
   */
  const removal = (name: string): string[][] => [
    ...[...network.partNames(name), name].map(argv.removeArgv),
    network.removeVolumeArgv(name),
  ];
  /** Tells the bottle's proxy about this machine's own one, after each start. */
  const connecting = (plan: BottlePlan): (readonly string[])[] => {
    const proxy = hostProxy(plan);
    return proxy ? [network.setUpstreamArgv(plan.name), network.useUpstreamArgv(plan.name, proxy.exempt)] : [];
  };
  async function connect(plan: BottlePlan, options: StepOptions): Promise<void> {
    const stdin = hostProxy(plan)?.lines ?? "";
    for (const words of connecting(plan))
      await client.settle(`connect bottle "${plan.name}"`, words, { ...options, stdin });
    const encrypted = plan.network.mode === "list" && !plan.copied ? encryptedProxy(system.env) : undefined;
    if (encrypted !== undefined) inform(system, encryptedProxyUnused(program, encrypted));
  }

  /** These containers hold no data, and pruning an engine removes them. The bottle itself must run. */
  async function remake(parts: readonly network.Part[], doing: string, options: StepOptions): Promise<void> {
    for (const part of parts) {
      await client.settle(doing, argv.removeArgv(part.name), { ...options, mayBeGone: true });
      await client.settle(doing, part.argv, options);
    }
  }

  /** The image of the bottle and those of its other containers. */
  function imagesOf(plan: BottlePlan): Image[] {
    const { template, image = "" } = plan;
    const made = template ? builtImage(client, templateRecipe(template)) : givenImage(client, image);
    return network.needsRelay(withProxyPorts(plan, system.env)) ? [made, builtImage(client, proxyRecipe)] : [made];
  }

  /** `others` gets the remaining images, once everything that cannot be copied to the engine has been refused. */
  async function withFacts(
    plan: BottlePlan,
    engine: Engine,
    image: string,
    { others, ...options }: StepOptions & { readonly others: () => Promise<readonly string[]> },
  ): Promise<BottlePlan> {
    const isHere = await seesOurFiles(client, engine, image, options);
    const planned = isHere ? { ...plan, records: recordsOf(system, plan.name) } : copiedPlan(plan, elsewhere);
    const [proxyImage] = await others();
    return { ...planned, engine: factsOf(planned, engine, image, proxyImage) };
  }

  return {
    name: program,
    capabilities: {
      isolation: "container",
      network: "enforced",
      loopback: "port",
      credentialBroker: false,
      programs: "template",
      user: "guest",
      mounts: "create",
      snapshot: false,
      remote: true,
    },
    loopbackAddress: "127.0.0.1",

    async probe({ quick = false } = {}) {
      try {
        if (!quick) return { usable: true, version: (await client.engine()).version };
        await client.ask("make bottles", argv.isThereArgv());
        return { usable: true, version: undefined };
      } catch (error) {
        if (error instanceof UserError) return { usable: false, reason: error.message, hint: error.hint ?? "" };
        throw error;
      }
    },

    pushTemplate: (template, reference, options = {}) => pushTemplate(client, template, reference, options),

    async find(name) {
      const found = await client.inspect(name);
      if (!found) return undefined;
      ids.set(name, found.Id);
      return machineOf(name, found.State.Status, found.Config.Labels ?? {}, processOfContainer(found.Id));
    },

    async list() {
      return parseListing((await client.ask("list bottles", argv.listArgv(program))).stdout);
    },

    async isOwnEngine({ engine }) {
      return engine?.id === undefined || (await client.engine()).id === engine.id;
    },

    leftovers: (needed) => containerLeftovers(client, needed),

    async diskUse(names) {
      // A container that was just removed makes the command fail; the others are still reported.
      return parseSizes((await client.call(argv.sizesArgv(names))).stdout);
    },

    async resolve(plan, options = {}) {
      const images = imagesOf(plan);
      const { engine, there } = await lookAt(client, images);
      const [image = ""] = there ?? (await ensureImages(client, images.slice(0, 1), options));
      const others = async () => there?.slice(1) ?? (await ensureImages(client, images.slice(1), options));
      return await withFacts(plan, engine, image, { ...options, others });
    },

    async foresee(plan) {
      const { engine, there } = await lookAt(client, imagesOf(plan));
      return there && withFacts(plan, engine, there[0] ?? "", { others: async () => there.slice(1) });
    },

    async create(plan, options = {}) {
      makeSources(system, plan);
      const doing = `make bottle "${plan.name}"`;
      try {
        for (const [index, words] of creations(plan).entries()) {
          const [run] = await together(words.map((one) => client.settle(doing, one, options)));
          if (index === 0) ids.set(plan.name, run?.stdout.trim() ?? "");
        }
      } catch (error) {
        // The remembered engine may have been replaced.
        forgetEngine(client);
        throw error;
      }
    },

    async start(plan, { isNew = false, ...options } = {}) {
      const doing = `start bottle "${plan.name}"`;
      if (!isNew) {
        makeSources(system, plan);
        const run = await client.callResumed(plan.name, starting(plan), options);
        if (mentionsUnknown(run)) {
          await client.settle(doing, argv.startArgv([plan.name]), options);
          await remake(partsOf(plan), doing, options);
        } else if (run.code !== 0) throw engineError(program, doing, run);
      }
      await connect(plan, options);
      const id = ids.get(plan.name) ?? (await client.inspect(plan.name))?.Id;
      const pid = id === undefined ? undefined : processOfContainer(id);
      const isItself = isNew && argv.preparesItself(plan);
      const taken = isItself ? await takePrepared(plan, { pid, signal: options.signal }) : undefined;
      const prepare = () => client.settle(`set up bottle "${plan.name}"`, argv.prepareArgv(plan), options);
      const seen = taken ?? (await prepare()).stdout;
      options.onSeen?.(seen);
      noteParts(system, plan.name, pid, partsOf(plan).length);
      return pid;
    },

    async setNetwork(plan, made, options = {}) {
      const doing = `change the network of bottle "${plan.name}"`;
      if (plan.network.mode === "list") await client.settle(doing, network.setFilterArgv(plan), options);
      if (Bun.deepEquals(plan.network.hostPorts, made.network.hostPorts)) return;
      const [image = ""] = await ensureImages(client, [builtImage(client, proxyRecipe)], options);
      const parts = partsOf(plan, image).filter((part) => !part.isProxy);
      const kept = new Set(parts.map(({ name }) => name));
      for (const { name, isProxy } of partsOf(made, image))
        if (!isProxy && !kept.has(name))
          await client.settle(doing, argv.removeArgv(name), { ...options, mayBeGone: true });
      await remake(parts, doing, options);
      await connect(plan, options);
    },

    async denied(name) {
      const { stdout, stderr } = await client.look(`ask what bottle "${name}" was denied`, network.logsArgv(name));
      return network.parseDenied(`${stdout}\n${stderr}`);
    },

    async inside({ name }, options = {}) {
      const doing = `look into bottle "${name}"`;
      return parseChanges((await client.settle(doing, argv.diffArgv(name), { ...options, mayBeGone: true })).stdout);
    },

    async stop(name, options = {}) {
      const run = await client.callResumed(name, argv.stopArgv(name), options);
      if (run.code !== 0 && !isUnknown(run)) throw engineError(program, `stop bottle "${name}"`, run);
    },

    async remove(name, options = {}) {
      for (const words of removal(name))
        await client.settle(`remove bottle "${name}"`, words, { ...options, mayBeGone: true });
      forgetParts(system, name);
      removeSources(system, name);
    },

    async isReady(plan, machine) {
      if (machine) return isAlive(machine) && !isFrozen(machine.pid) && partsAlive(system, plan.name);
      const names = [plan.name, ...partsOf(plan).map(({ name }) => name)];
      const { stdout } = await client.look(`ask for bottle "${plan.name}"`, argv.statesArgv(names));
      return stdout.split("\n").filter((state) => state === "running").length === names.length;
    },

    failures: [125, 255],
    async explainLoss({ name }) {
      const state = await client.inspect(name).then((found) => found?.State.Status, () => "running"); // prettier-ignore
      if (state === "running") return false;
      warn(system, ...notRunning(name, state));
      return true;
    },

    attach(plan, session) {
      const proxy = proxyEnv(plan);
      const secrets = session.secrets.filter((name) => !(name in proxy));
      const words = argv.sessionArgv(program, {
        ...session,
        secrets,
        env: { ...argv.agentEnv(plan), ...session.env, ...proxy },
      });
      return { argv: client.argv(words), env: {} };
    },
    claudeDirectory: ({ records }) => records,
    controlArgv: (_, session) => client.argv(argv.controlArgv(session)),

    explainNetwork(plan, made) {
      const filter = plan.network.mode === "list" ? [network.setFilterArgv(plan)] : [];
      const isSamePort = Bun.deepEquals(plan.network.hostPorts, made.network.hostPorts);
      const parts = isSamePort ? [] : partsOf(plan).filter((part) => !part.isProxy);
      const gone = isSamePort ? [] : partsOf(made).filter(({ name, isProxy }) => !isProxy && parts.every((part) => part.name !== name)); // prettier-ignore
      const remaking = [...gone.map(({ name }) => argv.removeArgv(name)), ...parts.flatMap((part) => [argv.removeArgv(part.name), part.argv])]; // prettier-ignore
      const connected = isSamePort ? [] : connecting(plan);
      return [...filter, ...remaking, ...connected].map((words) => client.argv(words));
    },

    explain: (plan, { isNew = false } = {}) => ({
      create: creations(plan).flat().map((words) => client.argv(words)), // prettier-ignore
      start: [
        ...(isNew ? [] : [starting(plan)]),
        ...connecting(plan),
        ...(isNew && argv.preparesItself(plan) ? [] : [argv.prepareArgv(plan)]),
      ].map((words) => client.argv(words)),
      stop: [client.argv(argv.stopArgv(plan.name))],
      remove: removal(plan.name).map((words) => client.argv(words)),
    }),
  };
}
