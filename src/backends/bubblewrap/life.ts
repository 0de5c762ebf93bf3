import * as v from "valibot";
import { restArgv, startArgv } from "../../guest/guest.ts";
import { printable } from "../../lib/quote.ts";
import { readHolder, writeHolder } from "../../namespaces/holder.ts";
import { proxyArgv } from "../../namespaces/words.ts";
import type { BottlePlan } from "../../plan/plan.ts";
import { readProxy } from "../../proxy/record.ts";
import { writeRules } from "../../proxy/rules.ts";
import { exists, isSameDirectory, readText, writePrivate } from "../../system/files.ts";
import { endProcesses, findProcesses, identify, type Identity, processesBeside } from "../../system/process.ts";
import type { RunOptions, System } from "../../system/system.ts";
import type { StepOptions } from "../backend.ts";
import { findClaude } from "../host-claude.ts";
import { filterOf as hostFilter, proxyPort } from "../host-filter.ts";
import * as argv from "./argv.ts";
import { endedAtStart, portTaken, stepFailed } from "./errors.ts";
import { allLeave, findBwrap, leaveOf, type Leave } from "./probe.ts";

/** What bubblewrap reports about the process that it started. */
const factsSchema = v.object({ "child-pid": v.number() });

/** How long the processes of a stopping bottle have to end by themselves. */
const restMs = 3_000;
const offersWithinMs = 2_000;
/** The bottle's proxy uses the host's own proxy, so it keeps these variables of the host. */
const proxyVariables = [
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "ALL_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "all_proxy",
  "no_proxy",
];

type Places = {
  /** The parent directory of all bottles. */
  readonly bottles: () => string;
  /** The file with a bottle's seccomp filter. */
  readonly filterOf: (name: string) => string;
  /** Throws UserError if no bottle can run here. */
  readonly refuseUnusable: () => Promise<void>;
};

export const needsProxy = ({ network }: BottlePlan): boolean => network.mode === "list";

/** The processes of a running bottle: the one that holds its namespaces, and its proxy. */
export function bottleLife(system: System, { bottles, filterOf, refuseUnusable }: Places) {
  const directoryOf = (name: string) => `${bottles()}/${name}`;

  const passwdOf = (name: string) => `${directoryOf(name)}/passwd`;
  const sandboxOf = (plan: BottlePlan, leave: Leave = allLeave): argv.Sandbox => ({
    bwrap: findBwrap(system),
    directory: directoryOf(plan.name),
    claude: findClaude(system),
    passwd: passwdWith(readText("/etc/passwd") ?? "", plan) && passwdOf(plan.name),
    leave,
  });

  /** Throws UserError with the reason if it fails. */
  async function run(words: readonly string[], doing: string, options: RunOptions): Promise<string> {
    const { code, stdout, stderr } = await system.run(words, options);
    options.signal?.throwIfAborted();
    if (code === 0) return stdout;
    await refuseUnusable();
    const said = printable(stderr.trim().split("\n").at(-1) ?? "");
    throw stepFailed(doing, said || `status ${code}`);
  }

  /** The environment of a process that stays is readable in the bottle, so it gets only these variables of the host. */
  const withoutHost = (kept: readonly string[]): NonNullable<RunOptions["env"]> =>
    Object.fromEntries(Object.keys(system.env).flatMap((name) => (kept.includes(name) ? [] : [[name, undefined]])));

  const holding = (plan: BottlePlan, leave: Leave) => {
    const directory = directoryOf(plan.name);
    const files = { fifo: `${directory}/starting`, filter: filterOf(plan.name), facts: `${directory}/facts.json` };
    return startArgv(files, argv.bottleArgv(sandboxOf(plan, leave), plan));
  };

  /** Starts the bottle's main process. */
  async function hold(plan: BottlePlan, options: StepOptions): Promise<void> {
    const directory = directoryOf(plan.name);
    // Processes of an interrupted start.
    await endProcesses(holdersOf(plan.name));
    const passwd = passwdWith(readText("/etc/passwd") ?? "", plan);
    if (passwd !== undefined) writePrivate(passwdOf(plan.name), passwd);
    const words = holding(plan, await leaveOf(system));
    await run(words, `start bottle "${plan.name}"`, { ...options, env: withoutHost(["PATH"]) });
    const { "child-pid": pid } = v.parse(factsSchema, JSON.parse(readText(`${directory}/facts.json`) ?? ""));
    const started = identify(pid);
    if (!started) throw endedAtStart(plan.name);
    const network = plan.network.mode === "open" ? "host" : "own";
    writeHolder(directory, { ...started, network, filter: filterOf(plan.name) });
  }

  const proxying = (name: string) => {
    const directory = directoryOf(name);
    return startArgv({ fifo: `${directory}/starting` }, [...system.self, ...proxyArgv(directory, proxyPort)]);
  };

  /** Starts the proxy for the hosts that the bottle may reach. */
  async function connect(plan: BottlePlan, options: StepOptions): Promise<void> {
    if (!needsProxy(plan)) return;
    const directory = directoryOf(plan.name);
    const { hostPorts = [] } = plan.network;
    writeRules(directory, { filter: hostFilter(plan.network), hostPorts });
    if (readHolder(directory) === undefined) return;
    const running = readProxy(directory);
    if (!running) {
      const env = withoutHost(["PATH", ...proxyVariables]);
      await run(proxying(plan.name), `connect bottle "${plan.name}"`, { ...options, env });
      return;
    }
    const missing = () => {
      const offered = readProxy(directory)?.hostPorts ?? [];
      return hostPorts.find((port) => !offered.includes(port));
    };
    if (missing() === undefined) return;
    process.kill(running.pid, "SIGHUP");
    for (let waited = 0; waited < offersWithinMs && missing() !== undefined; waited += 20) await Bun.sleep(20);
    const port = missing();
    if (port !== undefined) throw portTaken(plan.name, port);
  }

  const holdersOf = (name: string) =>
    findProcesses((words) => argv.homeBelow(bottles(), words) === argv.homeOf(directoryOf(name)));

  /** Asks the processes in the bottle to end, which may do so in their own way. */
  const resting = (name: string) => [
    ...system.self,
    ...argv.besideArgv(directoryOf(name), { PATH: "/usr/bin:/bin" }),
    ...restArgv(),
  ];

  async function end(name: string): Promise<void> {
    const holders = holdersOf(name);
    const holder = readHolder(directoryOf(name));
    // Also in a bottle that looks idle: a stop runs exactly what --dry-run printed.
    if (holder) {
      await system.run(resting(name), { timeoutMs: 10_000, detached: true });
      for (let waited = 0; waited < restMs && !isIdle(holder); waited += 50) await Bun.sleep(50);
    }
    await endProcesses(holders);
    const proxy = readProxy(directoryOf(name));
    if (proxy) await endProcesses([proxy]);
  }

  /** Whether Claude Code was installed after the bottle started, so that the bottle has none. */
  const lacksClaude = ({ pid }: Identity): boolean =>
    findClaude(system) !== undefined && !exists(`/proc/${pid}/root${argv.claudeInside}`);

  /** Whether the bottle runs nothing but its holder: a shell, and the program with which it waits. */
  const isIdle = (holder: Identity): boolean => processesBeside(holder).length <= 2;

  return {
    run,
    hold,
    lacksClaude,
    isIdle,
    connect,
    end,
    explainStart: (plan: BottlePlan) => [holding(plan, allLeave), ...(needsProxy(plan) ? [proxying(plan.name)] : [])],
    explainEnd: (name: string, isUp: boolean): string[][] => [
      ...(isUp || readHolder(directoryOf(name)) ? [resting(name)] : []),
      ...killArgv(directoryOf(name)),
    ],
  };
}

/** With the bottle's user, which ssh, Python and others look up; undefined if the text lists it already. */
export function passwdWith(text: string, { user }: Pick<BottlePlan, "user">): string | undefined {
  const isListed = text.split("\n").some((line) => line.split(":")[2] === String(user.uid));
  if (isListed) return undefined;
  const name = user.name.replace(/[^\w.-]/g, "-");
  return `${name}:x:${user.uid}:${user.gid}::${user.home.replace(/[:\n]/g, "")}:/bin/sh\n${text}`;
}

function killArgv(directory: string): string[][] {
  const running = [readHolder(directory), readProxy(directory)].flatMap((found) => (found ? [String(found.pid)] : []));
  return running.length > 0 ? [["kill", "-KILL", ...running]] : [];
}

/** The first shared directory that has been replaced on the host: the bottle still uses the old one. */
export const replacedDirectory = ({ pid }: Identity, { directory, mounts }: BottlePlan): string | undefined =>
  [{ source: directory, target: directory }, ...mounts].find(
    ({ source, target }) => !isSameDirectory(source, `/proc/${pid}/root${target}`),
  )?.source;
