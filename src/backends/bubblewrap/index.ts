import * as v from "valibot";
import { UserError } from "../../errors.ts";
import { claudeHome } from "../../guest/claude-home.ts";
import { printable } from "../../lib/quote.ts";
import { isMadeDirectory } from "../../plan/losses.ts";
import type { BottlePlan } from "../../plan/plan.ts";
import { diskUse, filesBelow } from "../../system/disk.ts";
import { restArgv, startArgv } from "../../guest/guest.ts";
import { readHolder, writeHolder } from "../../namespaces/holder.ts";
import { proxyArgv } from "../../namespaces/words.ts";
import { readDenials } from "../../proxy/denials.ts";
import { readProxy } from "../../proxy/record.ts";
import { writeRules } from "../../proxy/rules.ts";
import { exists, listDirectory, privateDirectory, readText, writePrivate } from "../../system/files.ts";
import { endProcesses, findProcesses, identify } from "../../system/process.ts";
import { type RunOptions, stateDirectory, type System } from "../../system/system.ts";
import { filterOf as filterText, proxyPort } from "../host-filter.ts";
import type { Backend, Machine, StepOptions } from "../backend.ts";
import { assertClaude, findClaude, installClaude } from "../host-claude.ts";
import { rememberProbe } from "../remembered.ts";
import { type Architecture, compileFilter, keyrings, terminalInput } from "../seccomp.ts";
import * as argv from "./argv.ts";
import { makeSources } from "./sources.ts";
import { bubblewrapLeftovers } from "./leftovers.ts";
import { findBwrap, probeBwrap, procOf } from "./probe.ts";

/** How long the processes of a bottle that stops may take to end by themselves. */
const restTenths = 30;

/** Whose bottle a directory is; beside what is in it. */
const ownerSchema = v.object({ directory: v.string(), uid: v.number() });

/** What bubblewrap says of what it started. */
const factsSchema = v.object({ "child-pid": v.number() });

const offersWithinMs = 2_000;

/** A bottle is a directory of ours, and while it runs a process that holds its namespaces; sessions join those. */
export function bubblewrap(system: System): Backend {
  const bottles = () => `${stateDirectory(system.env)}/bubblewrap`;
  const directoryOf = (name: string) => `${bottles()}/${name}`;
  const ownerFile = (name: string) => `${directoryOf(name)}/owner.json`;
  const filter = compileFilter(process.arch as Architecture, { ...terminalInput, ...keyrings });
  // By its content: a bottle that an older version of ours made has another one.
  const filterOf = (name: string) => `${directoryOf(name)}/seccomp-${Bun.hash(filter).toString(16)}`;

  const sandboxOf = ({ name }: BottlePlan, proc: argv.Sandbox["proc"] = "own"): argv.Sandbox => ({
    bwrap: findBwrap(system),
    directory: directoryOf(name),
    claude: findClaude(system),
    proc,
  });

  function machine(name: string): Machine | undefined {
    const text = readText(ownerFile(name));
    if (text === undefined) return undefined;
    const holder = readHolder(directoryOf(name));
    return { name, state: holder ? "running" : "stopped", owner: parseOwner(text), pid: holder?.pid };
  }

  /** Throws UserError where this machine can run no sandbox at all. */
  async function refuseUnusable(): Promise<void> {
    const probe = await probeBwrap(system);
    if (!probe.usable) throw new UserError(probe.reason, { hint: probe.hint });
  }

  /** Throws UserError that says why it failed. */
  async function run(words: readonly string[], doing: string, options: RunOptions): Promise<string> {
    const { code, stdout, stderr } = await system.run(words, options);
    options.signal?.throwIfAborted();
    if (code === 0) return stdout;
    await refuseUnusable();
    const said = printable(stderr.trim().split("\n").at(-1) ?? "");
    throw new UserError(`cannot ${doing}: ${said || `status ${code}`}`, { hint: "claude-bottle doctor" });
  }

  /** What a process that stays would keep of the host's variables, all may read in the bottle. */
  const withoutHost = (kept: readonly string[]): NonNullable<RunOptions["env"]> =>
    Object.fromEntries(Object.keys(system.env).flatMap((name) => (kept.includes(name) ? [] : [[name, undefined]])));

  const holding = (plan: BottlePlan, proc: argv.Sandbox["proc"]) => {
    const directory = directoryOf(plan.name);
    const files = { fifo: `${directory}/starting`, filter: filterOf(plan.name), facts: `${directory}/facts.json` };
    return startArgv(files, argv.bottleArgv(sandboxOf(plan, proc), plan));
  };

  /** Starts the process that the bottle is. */
  async function hold(plan: BottlePlan, options: StepOptions): Promise<void> {
    const directory = directoryOf(plan.name);
    const start = (proc: argv.Sandbox["proc"]) =>
      run(holding(plan, proc), `start bottle "${plan.name}"`, { ...options, env: withoutHost(["PATH"]) });
    await start(await procOf(system));
    const { "child-pid": pid } = v.parse(factsSchema, JSON.parse(readText(`${directory}/facts.json`) ?? ""));
    const started = identify(pid);
    if (!started) throw new UserError(`bottle "${plan.name}" ended as it started`, { hint: "claude-bottle doctor" });
    const network = plan.network.mode === "open" ? "host" : "own";
    writeHolder(directory, { ...started, network, filter: filterOf(plan.name) });
  }

  const proxying = (name: string) => {
    const directory = directoryOf(name);
    return startArgv({ fifo: `${directory}/starting` }, [...system.self, ...proxyArgv(directory, proxyPort)]);
  };

  const needsProxy = ({ network }: BottlePlan) => network.mode === "list";

  /** What the bottle may reach, by a proxy that runs. */
  async function connect(plan: BottlePlan, options: StepOptions): Promise<void> {
    if (!needsProxy(plan)) return;
    const directory = directoryOf(plan.name);
    const { loopbackPort } = plan.network;
    writeRules(directory, { filter: filterText(plan.network), loopbackPort });
    if (readHolder(directory) === undefined) return;
    const running = readProxy(directory);
    if (!running) {
      // Of the host's variables its own proxy's alone.
      const env = withoutHost([
        "PATH",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "http_proxy",
        "https_proxy",
        "no_proxy",
      ]);
      await run(proxying(plan.name), `connect bottle "${plan.name}"`, { ...options, env });
      return;
    }
    if (loopbackPort === undefined || running.loopbackPorts.includes(loopbackPort)) return;
    process.kill(running.pid, "SIGHUP");
    for (let waited = 0; waited < offersWithinMs; waited += 20) {
      if (readProxy(directory)?.loopbackPorts.includes(loopbackPort)) return;
      await Bun.sleep(20);
    }
    throw new UserError(`port ${loopbackPort} of bottle "${plan.name}" cannot be connected to the host's`, {
      hint: "end what listens on it in the bottle, or stop the bottle: claude-bottle stop",
    });
  }

  /** Ends what runs in the bottle, which may see to its end. */
  const resting = (name: string) => [
    ...system.self,
    ...argv.besideArgv(directoryOf(name), { PATH: "/usr/bin:/bin" }),
    ...restArgv(restTenths),
  ];

  const ending = (name: string, isUp: boolean): string[][] => [
    ...(isUp || readHolder(directoryOf(name)) ? [resting(name)] : []),
    ...killArgv(directoryOf(name)),
  ];

  /** All of it: what is left of another holder of the bottle, too. */
  async function end(name: string): Promise<void> {
    const home = argv.homeOf(directoryOf(name));
    const holders = findProcesses((words) => argv.homeBelow(bottles(), words) === home);
    if (readHolder(directoryOf(name)) && holders.length > 0)
      await system.run(resting(name), { timeoutMs: 10_000, detached: true });
    await endProcesses(holders);
    const proxy = readProxy(directoryOf(name));
    if (proxy) await endProcesses([proxy]);
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

    async create({ name, directory, user }, options = {}) {
      refuseHome(user.home);
      privateDirectory(bottles());
      await run(argv.makeArgv(directoryOf(name)), `make bottle "${name}"`, options);
      writePrivate(ownerFile(name), JSON.stringify({ directory, uid: user.uid }));
    },

    async start(plan, options = {}) {
      const directory = directoryOf(plan.name);
      if (readHolder(directory) === undefined) {
        makeSources(argv.bindingsIn(directory, plan));
        writePrivate(filterOf(plan.name), filter);
        await hold(plan, options);
      }
      await connect(plan, options);
      const words = argv.prepareArgv(directory, plan, claudeHome(plan));
      options.onSeen?.(await run([...system.self, ...words], `set up bottle "${plan.name}"`, options));
      return readHolder(directory)?.pid;
    },

    async setNetwork(plan, _, options = {}) {
      await connect(plan, options);
    },

    denied: async (name) => readDenials(directoryOf(name)),

    async inside({ name, user }) {
      return filesBelow(argv.homeOf(directoryOf(name)), isMadeDirectory).map((path) => `${user.home}/${path}`);
    },

    async stop(name) {
      await end(name);
    },

    async remove(name, options = {}) {
      await end(name);
      await run(argv.removeArgv(directoryOf(name)), `remove bottle "${name}"`, options);
    },

    isReady: async (plan) => {
      const directory = directoryOf(plan.name);
      return readHolder(directory) !== undefined && (!needsProxy(plan) || readProxy(directory) !== undefined);
    },

    attach: (plan, session) => ({
      argv: [...system.self, ...argv.sessionArgv(directoryOf(plan.name), plan, session)],
      env: {},
    }),

    claudeDirectory: ({ name }) => `${argv.homeOf(directoryOf(name))}/.claude`,

    controlArgv: (plan) => [...system.self, ...argv.besideArgv(directoryOf(plan.name), argv.environmentBeside(plan))],

    explain: (plan, { isUp = false } = {}) => ({
      create: [argv.makeArgv(directoryOf(plan.name))],
      start: [
        holding(plan, "own"),
        ...(needsProxy(plan) ? [proxying(plan.name)] : []),
        [...system.self, ...argv.prepareArgv(directoryOf(plan.name), plan, claudeHome(plan))],
      ],
      stop: ending(plan.name, isUp),
      remove: [...ending(plan.name, isUp), argv.removeArgv(directoryOf(plan.name))],
    }),
  };
}

function killArgv(directory: string): string[][] {
  const running = [readHolder(directory), readProxy(directory)].flatMap((found) => (found ? [String(found.pid)] : []));
  return running.length > 0 ? [["kill", "-KILL", ...running]] : [];
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
