import { claudeHome } from "../../guest/claude-home.ts";
import { printable } from "../../lib/quote.ts";
import { isMadeDirectory } from "../../plan/losses.ts";
import { hostNameOf } from "../../plan/credentials.ts";
import type { BottlePlan } from "../../plan/plan.ts";
import { diskUse, filesBelow } from "../../system/disk.ts";
import { listDirectory, privateDirectory, realPath, removeFile, replaceSymlink } from "../../system/files.ts"; // prettier-ignore
import { endProcesses, findMarked, type Identity } from "../../system/process.ts";
import { stateDirectory, type Program, type System } from "../../system/system.ts";
import type { Backend, Machine, StepOptions } from "../backend.ts";
import { assertClaude, findClaude, installClaude } from "../host-claude.ts";
import { diskUseOf, isBottle, readOwner, removeArgv, unfinishedBottles, writeOwner } from "../host-bottles.ts";
import { rememberProbe } from "../remembered.ts";
import * as argv from "./argv.ts";
import { movedMount, noAgent, stepFailed } from "./errors.ts";
import { caveatOf, probeLandlock } from "./probe.ts";
import { withoutPrefix } from "../../ui/messages.ts";

/** A bottle is a directory of ours. A session is a process of the host that the kernel confines. */
export function landlock(system: System): Backend {
  const bottles = () => `${stateDirectory(system.env)}/landlock`;
  const directoryOf = (name: string) => `${bottles()}/${name}`;
  const claudeLink = (name: string) => `${argv.programsOf(directoryOf(name))}/claude`;
  const placeOf = ({ name }: BottlePlan): argv.Place => ({
    self: system.self,
    directory: directoryOf(name),
    claude: findClaude(system),
  });
  const processesOf = (name: string): Identity[] => {
    const [bottle] = argv.markOf(name, "");
    return findMarked((soft) => soft === bottle);
  };

  /** Without the host's variables: everything that a session gets is in its argv. */
  const program = (words: string[], kept: readonly string[]): Program => ({
    argv: words,
    env: Object.fromEntries(
      Object.keys(system.env)
        .filter((name) => !kept.includes(name))
        .map((name) => [name, undefined]),
    ),
  });

  function machine(name: string): Machine | undefined {
    if (!isBottle(directoryOf(name))) return undefined;
    const state = processesOf(name).length > 0 ? "running" : "stopped";
    return { name, state, owner: readOwner(directoryOf(name)), pid: undefined };
  }

  async function run(words: string[], doing: string, options: StepOptions, kept: readonly string[] = []) {
    const { argv, env } = program(words, ["PATH", ...kept]);
    const { code, stdout, stderr } = await system.run(argv, { ...options, env });
    options.signal?.throwIfAborted();
    const said = withoutPrefix(printable(stderr.trim().split("\n").at(-1) ?? "")).replace(/^confine: /, "");
    if (code !== 0) throw stepFailed(doing, said || `status ${code}`);
    return stdout;
  }

  return {
    name: "landlock",
    capabilities: {
      isolation: "rules",
      network: "open",
      loopback: "all",
      credentialBroker: false,
      programs: "host",
      user: "host",
      mounts: "live",
      snapshot: false,
      remote: false,
    },
    homeOf: (name) => argv.homeOf(directoryOf(name)),
    loopbackAddress: "127.0.0.1",
    probe: ({ quick = false } = {}) =>
      quick
        ? rememberProbe(system, { name: "landlock", program: undefined }, () => probeLandlock(system))
        : probeLandlock(system),
    caveat: () => caveatOf(system),
    find: async (name) => machine(name),
    list: async () => listDirectory(bottles()).flatMap((name) => machine(name) ?? []),
    leftovers: async () => unfinishedBottles(system, bottles()),

    assertSupported({ mounts, sshAgent }) {
      if (sshAgent !== undefined) throw noAgent();
      const moved = mounts.find(({ source, target }) => source !== target);
      if (moved) throw movedMount(moved.source, moved.target);
    },

    diskUse: (names) => diskUseOf(system, bottles(), names),

    assertProvidable(name) {
      if (name === "claude") assertClaude(system);
    },

    async provide(name, options = {}) {
      if (name === "claude" && findClaude(system) === undefined) await installClaude(system, options.signal);
    },

    async create({ name, directory, user }, options = {}) {
      privateDirectory(bottles());
      await run(argv.makeArgv(directoryOf(name)), `make bottle "${name}"`, options);
      writeOwner(directoryOf(name), { directory, uid: user.uid });
    },

    async start(plan, options = {}) {
      const place = placeOf(plan);
      if (place.claude === undefined) removeFile(claudeLink(plan.name));
      else replaceSymlink(claudeLink(plan.name), place.claude);
      const secrets = plan.credentials
        .map(({ variable }) => variable)
        .filter((variable) => hostNameOf(variable) === variable);
      const words = argv.prepareArgv(place, plan, claudeHome(plan));
      const seen = await run(words, `set up bottle "${plan.name}"`, options, secrets);
      options.onSeen?.(seen);
      return undefined;
    },

    async inside({ name, user }) {
      return filesBelow(argv.homeOf(directoryOf(name)), isMadeDirectory).map((path) => `${user.home}/${path}`);
    },

    // Each session is confined by rules of its own, and may not look into the others.
    countProcesses: (name) => processesOf(name).length,

    stop: (name) => endAll(() => processesOf(name)),

    async remove(name, options = {}) {
      await endAll(() => processesOf(name));
      await run(removeArgv(directoryOf(name)), `remove bottle "${name}"`, options);
    },

    // A link in place of a shared directory would be followed, and Claude Code may have been updated.
    isReady: async ({ name, directory, mounts }) =>
      isBottle(directoryOf(name)) &&
      realPath(claudeLink(name)) === findClaude(system) &&
      [directory, ...mounts.map(({ source }) => source)].every((path) => realPath(path) === path),
    attach: (plan, session) => ({
      ...program(argv.sessionArgv(placeOf(plan), plan, session), ["PATH", ...(session.size ? ["TERM"] : []), ...session.secrets.map(hostNameOf)]),
      sandbox: { mark: String(argv.markOf(plan.name, "")[0]) },
    }), // prettier-ignore
    claudeDirectory: ({ name }) => `${argv.homeOf(directoryOf(name))}/.claude`,
    controlArgv: () => undefined,

    endSession: (session) => {
      const [, mark] = argv.markOf("", session);
      return endAll(() => findMarked((_, hard) => hard === mark));
    },

    explain: (plan) => ({
      create: [argv.makeArgv(directoryOf(plan.name))],
      start: [argv.prepareArgv(placeOf(plan), plan, claudeHome(plan))],
      stop: endArgv(processesOf(plan.name)),
      remove: [...endArgv(processesOf(plan.name)), removeArgv(directoryOf(plan.name))],
    }),
  };
}

const rounds = 20;

/** A process that is being killed may just have started another. */
async function endAll(find: () => Identity[]): Promise<void> {
  for (let [round, found] = [0, find()]; round < rounds && found.length > 0; round += 1, found = find())
    await endProcesses(found);
}

const endArgv = (running: readonly Identity[]): string[][] =>
  running.length > 0 ? [["kill", "-KILL", ...running.map(({ pid }) => String(pid))]] : [];
