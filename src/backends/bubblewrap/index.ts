import { basename, dirname } from "node:path";
import * as v from "valibot";
import { UserError } from "../../errors.ts";
import { claudeHome } from "../../guest/claude-home.ts";
import { printable } from "../../lib/quote.ts";
import { byteName, isLinkMode } from "../../lib/tree-state.ts";
import { isMadeDirectory } from "../../plan/losses.ts";
import { hostNameOf } from "../../plan/credentials.ts";
import type { BottlePlan } from "../../plan/plan.ts";
import { diskUse, filesBelow } from "../../system/disk.ts";
import { exists, listDirectory, privateDirectory, readText, realPath, writePrivate } from "../../system/files.ts";
import { HeldDirectory } from "../../system/held-directory.ts";
import { endProcesses, findProcesses } from "../../system/process.ts";
import { stateDirectory, type Program, type System } from "../../system/system.ts";
import { makeParents } from "../../system/tar-tree.ts";
import type { Backend, Machine, StepOptions } from "../backend.ts";
import { assertClaude, findClaude, installClaude } from "../host-claude.ts";
import { rememberProbe } from "../remembered.ts";
import { type Architecture, compileFilter, keyrings, terminalInput } from "../seccomp.ts";
import * as argv from "./argv.ts";
import type { Binding } from "./pins.ts";
import { bubblewrapLeftovers } from "./leftovers.ts";
import { findBwrap, probeBwrap } from "./probe.ts";

const looks = 3;
const betweenLooksMs = 30;

/** Whose bottle a directory is; beside what is in it. */
const ownerSchema = v.object({ directory: v.string(), uid: v.number() });

/** A bottle is a directory of ours; there is no machine, and each session is a sandbox of its own on that directory. */
export function bubblewrap(system: System): Backend {
  const bottles = () => `${stateDirectory(system.env)}/bubblewrap`;
  const directoryOf = (name: string) => `${bottles()}/${name}`;
  const ownerFile = (name: string) => `${directoryOf(name)}/owner.json`;
  const filter = compileFilter(process.arch as Architecture, { ...terminalInput, ...keyrings });
  // By its content: a bottle that an older version of ours made has another one.
  const filterOf = (name: string) => `${directoryOf(name)}/seccomp-${Bun.hash(filter).toString(16)}`;

  const sandboxOf = ({ name }: BottlePlan): argv.Sandbox => ({
    bwrap: findBwrap(system),
    directory: directoryOf(name),
    filter: filterOf(name),
    claude: findClaude(system),
  });

  /** The sandbox inherits the environment, so the host's variables go out of it: what a session gets is in its argv. */
  const program = (words: string[], kept: readonly string[]): Program => ({
    argv: words,
    env: Object.fromEntries(
      Object.keys(system.env)
        .filter((name) => !kept.includes(name))
        .map((name) => [name, undefined]),
    ),
  });

  function machine(name: string): Machine | undefined {
    const text = readText(ownerFile(name));
    if (text === undefined) return undefined;
    const running = findProcesses(argv.isSandboxOf(directoryOf(name))).length > 0;
    return { name, state: running ? "running" : "stopped", owner: parseOwner(text), pid: undefined };
  }

  /** Throws UserError where this machine can run no sandbox at all. */
  async function refuseUnusable(): Promise<void> {
    const probe = await probeBwrap(system);
    if (!probe.usable) throw new UserError(probe.reason, { hint: probe.hint });
  }

  async function run(
    words: string[],
    doing: string,
    options: StepOptions,
    kept: readonly string[] = [],
  ): Promise<void> {
    const { argv, env } = program(words, ["PATH", ...kept]);
    const { code, stderr } = await system.run(argv, { ...options, env });
    options.signal?.throwIfAborted();
    if (code === 0) return;
    await refuseUnusable();
    const said = printable(stderr.trim().split("\n").at(-1) ?? "");
    throw new UserError(`cannot ${doing}: ${said || `status ${code}`}`, { hint: "claude-bottle doctor" });
  }

  return {
    name: "bubblewrap",
    capabilities: {
      isolation: "namespace",
      network: "open",
      loopback: "all",
      credentialBroker: false,
      programs: "host",
      user: "host",
      mounts: "live",
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

    async diskUse(names) {
      const uses = await diskUse(system, names.map(directoryOf));
      return new Map(names.map((name) => [name, uses.get(directoryOf(name)) ?? 0]));
    },

    assertProvidable(name) {
      if (name === "claude") assertClaude(system);
    },

    async provide(name, options = {}) {
      if (name !== "claude" || findClaude(system) !== undefined) return;
      await refuseUnusable();
      await installClaude(system, options.signal);
    },

    async create({ name, directory, user }) {
      refuseHome(user.home);
      privateDirectory(argv.homeOf(directoryOf(name)));
      privateDirectory(argv.temporaryOf(directoryOf(name)));
      writePrivate(ownerFile(name), JSON.stringify({ directory, uid: user.uid }));
    },

    async start(plan, options = {}) {
      makeSources(argv.bindingsIn(directoryOf(plan.name), plan));
      writePrivate(filterOf(plan.name), filter);
      const secrets = plan.credentials
        .map(({ variable }) => variable)
        .filter((variable) => hostNameOf(variable) === variable);
      const words = argv.prepareArgv(sandboxOf(plan), plan, claudeHome(plan));
      await run(words, `set up bottle "${plan.name}"`, options, secrets);
      return undefined;
    },

    async inside({ name, user }) {
      return filesBelow(argv.homeOf(directoryOf(name)), isMadeDirectory).map((path) => `${user.home}/${path}`);
    },

    async stop(name) {
      await endProcesses(findProcesses(argv.isSandboxOf(directoryOf(name))));
    },

    async remove(name, options = {}) {
      await endProcesses(findProcesses(argv.isSandboxOf(directoryOf(name))));
      await run(argv.removeArgv(directoryOf(name)), `remove bottle "${name}"`, options);
    },

    // Each session binds what it shares anew, and a link there would be followed.
    isReady: async ({ name, directory, mounts }) =>
      [filterOf(name), ownerFile(name)].every(exists) &&
      [directory, ...mounts.map(({ source }) => source)].every((path) => realPath(path) === path),
    attach: (plan, session) =>
      program(argv.sessionArgv(sandboxOf(plan), plan, session), [
        "PATH",
        ...(session.size ? ["TERM"] : []),
        ...session.secrets.map(hostNameOf),
      ]),
    controlArgv: () => undefined,
    claudeDirectory: ({ name }) => `${argv.homeOf(directoryOf(name))}/.claude`,

    // A sandbox that is still being set up dies with its parent not yet. All that its first process ever is has the session in its
    // words; but at the moment of an exec a process shows none, so one look is not enough.
    async endSession(session) {
      for (let look = 1; look <= looks; look += 1) {
        if (look > 1) await Bun.sleep(betweenLooksMs);
        await endProcesses(findProcesses((words) => words.includes(session)));
      }
    },

    explain: (plan) => ({
      create: [argv.makeArgv(directoryOf(plan.name))],
      start: [argv.prepareArgv(sandboxOf(plan), plan, claudeHome(plan))],
      stop: endArgv(directoryOf(plan.name)),
      remove: [...endArgv(directoryOf(plan.name)), argv.removeArgv(directoryOf(plan.name))],
    }),
  };
}

function endArgv(directory: string): string[][] {
  const running = findProcesses(argv.isSandboxOf(directory));
  return running.length > 0 ? [["kill", "-KILL", ...running.map(({ pid }) => String(pid))]] : [];
}

/** Throws UserError where a link lies on the way to one of them. */
function makeSources(bindings: readonly Binding[]): void {
  using everything = HeldDirectory.open("/");
  for (const { source, target } of bindings) {
    const name = byteName(source.slice(1));
    const isThere = () => {
      const status = everything.status(name);
      return status !== undefined && !isLinkMode(status.mode);
    };
    if (isThere() || (makeParents(everything, `${name}/x`, 0o700) && isThere())) continue;
    throw new UserError(
      `"${printable(source)}" is a link, and "${printable(target)}" of the bottle is to be a directory`,
      { hint: "put a directory in its place, or remove it" },
    );
  }
}

function refuseHome(home: string): void {
  if (!home.startsWith("/") || home === "/")
    throw new UserError(`HOME is "${printable(home)}", and a bubblewrap bottle has a home of its own in that place`, {
      hint: "set HOME to a directory of yours",
    });
}

function parseOwner(text: string): Machine["owner"] {
  try {
    return v.parse(ownerSchema, JSON.parse(text));
  } catch {
    return undefined;
  }
}
