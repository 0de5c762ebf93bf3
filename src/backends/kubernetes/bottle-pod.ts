import { claudeHome } from "../../guest/claude-home.ts";
import { claudeHomeArgv } from "../../guest/guest.ts";
import {
  homeFilesArgv,
  isRunningArgv,
  keepSecretsThenArgv,
  packClaudeArgv,
  packHomeArgv,
  podSessionArgv,
  secretLines,
  unpackHomeArgv,
} from "../../guest/pod.ts";
import { endingMark } from "../../lib/ending.ts";
import { hostNameOf } from "../../plan/credentials.ts";
import type { BottlePlan, SessionPlan } from "../../plan/plan.ts";
import { renameOver } from "../../system/files.ts";
import { pipe } from "../../system/pipe.ts";
import type { Program, Run } from "../../system/system.ts";
import { inform, warn } from "../../ui/messages.ts";
import type { Machine, StepOptions } from "../backend.ts";
import { proxyEnv } from "../host-filter.ts";
import * as argv from "./argv.ts";
import { closedVolume, kubectlError } from "./errors.ts";
import type { Kubectl } from "./kubectl.ts";
import { foundSchema, isPod, isReady, machinesOf } from "./listing.ts";
import * as messages from "./messages.ts";
import { podOf } from "./pod.ts";
import { waitUntilReady } from "./ready.ts";
import * as records from "./record.ts";
import { clusterOf } from "./settings.ts";

const graceMs = 10_000;

/** The pod of one bottle: how it becomes ready, what runs in it, and what is saved from it. */
export class BottlePod {
  readonly #kubectl: Kubectl;
  readonly #name: string;
  readonly #place: argv.Place;

  constructor(kubectl: Kubectl, name: string, place: argv.Place) {
    this.#kubectl = kubectl;
    this.#name = name;
    this.#place = place;
  }

  get #system() {
    return this.#kubectl.system;
  }

  async find(): Promise<Machine | undefined> {
    const found = await this.#kubectl.ask(`ask for bottle "${this.#name}"`, argv.getArgv(this.#place, this.#name), foundSchema); // prettier-ignore
    return machinesOf(found, records.ownerId(this.#system))[0];
  }

  /** Creates the pod if there is none, waits until it is ready, and brings in what it needs. `onNew` is called before a new one is created. */
  async start(plan: BottlePlan, options: StepOptions, onNew: () => void): Promise<void> {
    const doing = `start bottle "${this.#name}"`;
    const isThere = await this.#clearWay(options);
    const pod = podOf({ plan, cluster: clusterOf(plan), owner: records.ownerId(this.#system) });
    const isRestoring = !isThere && records.hasHome(this.#system, this.#name);
    if (isRestoring) onNew();
    if (!isThere)
      await this.#kubectl.settle(doing, argv.createArgv(this.#place), { ...options, stdin: JSON.stringify(pod) });
    await waitUntilReady(this.#kubectl, this.#place, plan, options);
    await this.#answerClaude(plan, options);
    // Continues a restore that an interrupted start had begun.
    if (!isRestoring && !records.readRecord(this.#system, this.#name)?.isRestoring) return;
    for (const archive of records.keptArchives(this.#system, this.#name)) {
      const read = { argv: ["cat", archive], env: {} };
      await this.#carry(`restore the home of bottle "${this.#name}"`, read, this.#own(unpackHomeArgv(plan.user.home)));
    }
  }

  /** Removes whatever is in the way of a new pod, by force if its node does not answer. Returns whether there is a pod to wait for. */
  async #clearWay(options: StepOptions): Promise<boolean> {
    const [name, place] = [this.#name, this.#place];
    const doing = `start bottle "${name}"`;
    const pod = (await this.#kubectl.ask(doing, argv.getArgv(place, name), foundSchema)).find(isPod);
    if (!pod) return false;
    const { phase, reason, message } = pod.status;
    const isRunning = phase === "Running";
    if (pod.metadata.deletionTimestamp === undefined) {
      if (isReady(pod) || phase === "Pending" || phase === "") return true;
      if (isRunning && (await this.#kubectl.call(argv.waitArgv(place, name, 5), options)).code === 0) return true;
      const why = isRunning ? messages.nodeSilent(pod.spec.nodeName) : `${reason ?? phase}: ${message ?? ""}`;
      inform(this.#system, messages.podReplaced(name, why));
    }
    await this.delete(doing, options);
    return false;
  }

  /** A pod on a node that does not answer would stay until the node is back, so it is only removed from the API. */
  async delete(doing: string, options: StepOptions): Promise<void> {
    const [name, place] = [this.#name, this.#place];
    const isLost = (await this.find())?.state === "broken";
    if (!isLost) {
      const run = await this.#kubectl.call(argv.deletePodArgv(place, name), options);
      options.signal?.throwIfAborted();
      if (run.code === 0) return;
      if (!/timed out waiting/.test(run.stderr)) throw kubectlError(doing, run);
    }
    await this.#kubectl.settle(doing, argv.forgetPodArgv(place, name), options);
    warn(this.#system, messages.nodeLost(name));
  }

  /** Answers the questions of Claude's first start, including the one about the credential. */
  async #answerClaude(plan: BottlePlan, options: StepOptions): Promise<void> {
    const { user, credentials } = plan;
    const session = newSession("start");
    const command = podSessionArgv({
      session,
      mode: "plain",
      env: { HOME: user.home },
      command: claudeHomeArgv(user.home, claudeHome({ ...plan, mounts: [] })),
    });
    const program = this.#exec(keepSecretsThenArgv(session, command));
    const stdin = secretLines(this.#valuesOf(credentials.map(({ variable }) => variable)));
    const run = await this.#system.run(program.argv, { ...options, stdin, ending: endingMark(session) });
    if (/Permission denied/.test(run.stderr)) throw closedVolume(this.#name, user.uid);
    if (run.code !== 0) throw kubectlError(`set up bottle "${this.#name}"`, run);
  }

  /** Brings the values of the session's secrets into the pod's memory, where the session reads them once. */
  async deliver(plan: BottlePlan, session: SessionPlan): Promise<void> {
    const proxy = proxyEnv(plan);
    const stdin = secretLines(this.#valuesOf(session.secrets.filter((name) => !(name in proxy))));
    const words = argv.deliverArgv(this.#place, session);
    await this.#kubectl.settle(`bring secrets into bottle "${this.#name}"`, words, { stdin, timeoutMs: 60_000 });
  }

  #valuesOf(names: readonly string[]): Record<string, string> {
    const { env } = this.#system;
    const values = names.map((name) => [name, env[hostNameOf(name)] ?? env[name]] as const);
    return Object.fromEntries(values.filter((entry): entry is [string, string] => entry[1] !== undefined));
  }

  async files({ user }: BottlePlan, options: StepOptions): Promise<string[]> {
    const { argv: words, ending } = this.#own(homeFilesArgv(user.home));
    const run = await this.#system.run(words, { ...options, ending });
    if (run.code !== 0) throw kubectlError(`look into bottle "${this.#name}"`, run);
    return run.stdout.split("\0").filter(Boolean);
  }

  /** Saves the home on this machine, packed in the bottle. */
  async keepHome(): Promise<void> {
    await this.#keep(packHomeArgv, records.homeArchive(this.#system, this.#name));
    records.forgetClaude(this.#system, this.#name);
  }

  /** Saves the parts of the home that Claude needs to resume its conversations. This happens more often. */
  async keepClaude(): Promise<void> {
    await this.#keep(packClaudeArgv, records.claudeArchive(this.#system, this.#name));
  }

  async #keep(pack: readonly string[], archive: string): Promise<void> {
    const made = `${archive}.new`;
    const write = { argv: ["/bin/sh", "-c", 'umask 077; exec cat >"$1"', "sh", made], env: {} };
    await this.#carry(`keep the home of bottle "${this.#name}"`, this.#own(pack), write);
    // Replace the earlier one only with a complete one.
    renameOver(made, archive);
  }

  /** After a session lost its connection: what became of its command. */
  async whatIsLeft(session: string): Promise<messages.Left> {
    const call = (words: readonly string[]): Promise<Run> => this.#kubectl.call(words, { timeoutMs: 20_000 });
    // The cause may be a restart somewhere on the way, which takes seconds.
    for (const start = performance.now(); ; await Bun.sleep(500)) {
      const isLast = performance.now() - start > graceMs;
      if ((await call(argv.getArgv(this.#place, this.#name))).code !== 0) {
        if (isLast) return "unknown";
        continue;
      }
      const machine = await this.find();
      if (!machine || machine.state === "stopped") return "gone";
      const { stdout } = await call(argv.execArgv(this.#place, this.#name, isRunningArgv(session)));
      if (stdout.trim() === "runs") return "runs";
      if (stdout.trim() === "ended") return "ended";
      // A node that has just died still counts as ready, and so does its pod.
      if (isLast) return "node";
    }
  }

  #exec(command: readonly string[]): Program {
    return { argv: this.#kubectl.argv(argv.execArgv(this.#place, this.#name, command, { stdin: true })), env: {} };
  }

  /** A command of ours whose status is reliable. */
  #own(command: readonly string[]): Program {
    const session = newSession("own");
    const words = podSessionArgv({ session, mode: "plain", env: {}, command });
    return { ...this.#exec(words), ending: endingMark(session) };
  }

  async #carry(doing: string, from: Program, to: Program): Promise<void> {
    const ends = await pipe(this.#system, from, to);
    const failed = ends.from.code !== 0 ? ends.from : ends.to;
    if (failed.code !== 0) throw kubectlError(doing, failed);
  }
}

const newSession = (kind: string) => `${kind}-${crypto.randomUUID().slice(0, 8)}`;
