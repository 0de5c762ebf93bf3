import { pidNamespaceOf } from "../../system/process.ts";
import { UserError } from "../../errors.ts";
import { claudeHome } from "../../guest/claude-home.ts";
import { isMadeDirectory } from "../../plan/losses.ts";
import type { BottlePlan } from "../../plan/plan.ts";
import { byteName, isLinkMode } from "../../lib/tree-state.ts";
import { diskUse, filesBelow } from "../../system/disk.ts";
import { HeldDirectory } from "../../system/held-directory.ts";
import { readHolder } from "../../namespaces/holder.ts";
import { readDenials } from "../../proxy/denials.ts";
import { readProxy } from "../../proxy/record.ts";
import { listDirectory, privateDirectory, realPath, writePrivate } from "../../system/files.ts";
import { stateDirectory, type System } from "../../system/system.ts";
import type { Backend, Machine } from "../backend.ts";
import { assertClaude, findClaude, installClaude } from "../host-claude.ts";
import { diskUseOf, isBottle, readOwner, removeArgv, writeOwner } from "../host-bottles.ts";
import { rememberProbe } from "../remembered.ts";
import { type Architecture, compileFilter, keyrings, terminalInput } from "../seccomp.ts";
import * as argv from "./argv.ts";
import { directoryReplaced, homeInTheWay, linkForDirectory, notUsable } from "./errors.ts";
import { bottleLife, needsProxy, replacedDirectory } from "./life.ts";
import { bubblewrapLeftovers } from "./leftovers.ts";
import type { Binding } from "./pins.ts";
import { probeBwrap } from "./probe.ts";

/** A bottle is a directory of ours and, while it runs, a process that holds its namespaces. Sessions join those. */
export function bubblewrap(system: System): Backend {
  const bottles = () => `${stateDirectory(system.env)}/bubblewrap`;
  const directoryOf = (name: string) => `${bottles()}/${name}`;
  const filter = compileFilter(process.arch as Architecture, { ...terminalInput, ...keyrings });
  // Named by its content: a bottle that an older version of claude-bottle created has another filter.
  const filterOf = (name: string) => `${directoryOf(name)}/seccomp-${Bun.hash(filter).toString(16)}`;

  function machine(name: string): Machine | undefined {
    if (!isBottle(directoryOf(name))) return undefined;
    const holder = readHolder(directoryOf(name));
    return { name, state: holder ? "running" : "stopped", owner: readOwner(directoryOf(name)), pid: holder?.pid };
  }

  /** Throws UserError if this machine cannot run any sandbox. */
  async function refuseUnusable(): Promise<void> {
    const probe = await probeBwrap(system);
    if (!probe.usable) throw notUsable(probe.reason, probe.hint);
  }

  const life = bottleLife(system, { bottles, filterOf, refuseUnusable });

  function isOutdated(name: string): boolean {
    const holder = readHolder(directoryOf(name));
    return holder !== undefined && life.lacksClaude(holder) && life.isIdle(holder);
  }

  return {
    name: "bubblewrap",
    capabilities: {
      isolation: "namespace",
      network: "enforced",
      loopback: "port",
      credentialBroker: false,
      programs: "host",
      user: "host",
      mounts: "start",
      snapshot: false,
      remote: false,
    },
    loopbackAddress: "127.0.0.1",
    probe: ({ quick = false } = {}) =>
      quick
        ? rememberProbe(system, { name: "bubblewrap", program: system.which("bwrap") }, () => probeBwrap(system))
        : probeBwrap(system),
    find: async (name) => machine(name),
    list: async () => listDirectory(bottles()).flatMap((name) => machine(name) ?? []),

    leftovers: async () => bubblewrapLeftovers(system, bottles()),

    diskUse: (names) => diskUseOf(system, bottles(), names),

    assertProvidable(name) {
      if (name === "claude") assertClaude(system);
    },

    async provide(name, options = {}) {
      if (name !== "claude" || findClaude(system) !== undefined) return;
      await refuseUnusable();
      await installClaude(system, options.signal);
    },

    async create({ name, directory, user }, options = {}) {
      refuseHome(user.home);
      privateDirectory(bottles());
      await life.run(argv.makeArgv(directoryOf(name)), `make bottle "${name}"`, options);
      writeOwner(directoryOf(name), { directory, uid: user.uid });
    },

    async start(plan, options = {}) {
      const directory = directoryOf(plan.name);
      if (isOutdated(plan.name)) await life.end(plan.name);
      const holder = readHolder(directory);
      const gone = holder && replacedDirectory(holder, plan);
      if (gone !== undefined) throw directoryReplaced(plan.name, gone);
      if (!holder) {
        makeSources(argv.bindingsIn(directory, plan));
        writePrivate(filterOf(plan.name), filter);
        await life.hold(plan, options);
      }
      await life.connect(plan, options);
      const words = argv.prepareArgv(directory, plan, claudeHome(plan));
      const seen = await life.run([...system.self, ...words], `set up bottle "${plan.name}"`, options);
      options.onSeen?.(seen);
      return readHolder(directory)?.pid;
    },

    async setNetwork(plan, _, options = {}) {
      await life.connect(plan, options);
    },

    denied: async (name) => readDenials(directoryOf(name)),
    deniesHere: true,

    async inside({ name, user }) {
      return filesBelow(argv.homeOf(directoryOf(name)), isMadeDirectory).map((path) => `${user.home}/${path}`);
    },

    async stop(name) {
      await life.end(name);
    },

    async remove(name, options = {}) {
      await life.end(name);
      await life.run(removeArgv(directoryOf(name)), `remove bottle "${name}"`, options);
    },

    isReady: async (plan) => {
      const directory = directoryOf(plan.name);
      const holder = readHolder(directory);
      if (!holder || isOutdated(plan.name) || (needsProxy(plan) && !readProxy(directory))) return false;
      const shared = [plan.directory, ...plan.mounts.map(({ source }) => source)];
      return shared.every((path) => realPath(path) === path) && replacedDirectory(holder, plan) === undefined;
    },

    attach: (plan, session) => ({
      argv: [...system.self, ...argv.sessionArgv(directoryOf(plan.name), plan, session)],
      env: {},
      sandbox: { pidNamespace: pidNamespaceOf(readHolder(directoryOf(plan.name))?.pid) },
    }),

    claudeDirectory: ({ name }) => `${argv.homeOf(directoryOf(name))}/.claude`,

    controlArgv: (plan) => [...system.self, ...argv.besideArgv(directoryOf(plan.name), argv.environmentBeside(plan))],

    explain: (plan, { isUp = false } = {}) => ({
      create: [argv.makeArgv(directoryOf(plan.name))],
      start: [
        ...life.explainStart(plan),
        [...system.self, ...argv.prepareArgv(directoryOf(plan.name), plan, claudeHome(plan))],
      ],
      stop: life.explainEnd(plan.name, isUp),
      remove: [...life.explainEnd(plan.name, isUp), removeArgv(directoryOf(plan.name))],
    }),
  };
}

function refuseHome(home: string): void {
  if (!home.startsWith("/") || home === "/") throw homeInTheWay(home);
}

/** Creates missing directories that are bound into the sandbox. Throws UserError if a link is on the way to one of them. */
function makeSources(bindings: readonly Binding[]): void {
  using everything = HeldDirectory.open("/");
  for (const { source, target } of bindings) {
    const name = byteName(source.slice(1));
    const isThere = () => {
      const status = everything.status(name);
      return status !== undefined && !isLinkMode(status.mode);
    };
    if (isThere() || (everything.makeParents(`${name}/x`, 0o700) && isThere())) continue;
    throw linkForDirectory(source, target);
  }
}
