import { UserError } from "../../errors.ts";
import { endingMark } from "../../lib/ending.ts";
import type { BottlePlan } from "../../plan/plan.ts";
import type { System } from "../../system/system.ts";
import { inform, warn } from "../../ui/messages.ts";
import type { Backend, Machine } from "../backend.ts";
import { copiedPlan } from "../copied.ts";
import { filterOf, proxyEnv } from "../host-filter.ts";
import * as argv from "./argv.ts";
import { BottlePod } from "./bottle-pod.ts";
import { resolveCluster } from "./cluster.ts";
import { elsewhere, unfitDirectory } from "./errors.ts";
import { examineCluster } from "./examine.ts";
import { Kubectl } from "./kubectl.ts";
import { foundSchema, machinesOf } from "./listing.ts";
import { linkLost, noVolume } from "./messages.ts";
import { parseDenied, setFilterCommand } from "./network.ts";
import { claimOf } from "./pod.ts";
import * as records from "./record.ts";
import { clusterOf, givenImage } from "./settings.ts";

/** How long a pod that was seen ready counts as ready: asking costs as much as an exec, which notices a problem itself. */
const seenMs = 10_000;

export function kubernetes(system: System): Backend {
  const kubectl = new Kubectl(system);
  const record = (name: string) => records.readRecord(system, name);
  const podOf = (name: string, place: argv.Place) => new BottlePod(kubectl, name, place);
  const podOfPlan = (plan: BottlePlan) => podOf(plan.name, clusterOf(plan));

  function note(name: string, change: Partial<records.Record>): void {
    const known = record(name);
    if (known) records.saveRecord(system, name, { ...known, ...change });
  }

  async function find(name: string): Promise<Machine | undefined> {
    const known = record(name);
    return known && ((await podOf(name, known).find()) ?? atHome(name, known));
  }

  /** A stopped bottle without a volume has neither pod nor claim: its saved home is the bottle. */
  const atHome = (name: string, { directory }: records.Record): Machine | undefined =>
    records.hasHome(system, name)
      ? { name, state: "stopped", owner: { directory, uid: system.user.uid }, pid: undefined }
      : undefined;

  return {
    name: "kubernetes",
    isByName: true,
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
        kubectl.argv([]);
        if (quick) return { usable: true, version: undefined };
        const { context } = await kubectl.place(undefined);
        return { usable: true, version: (await resolveCluster(kubectl, { context, storageClass: undefined })).version };
      } catch (error) {
        if (error instanceof UserError) return { usable: false, reason: error.message, hint: error.hint ?? "" };
        throw error;
      }
    },

    async examine(plan) {
      const place = await kubectl.place(plan.kubernetes?.context);
      const namespace = plan.kubernetes?.namespace ?? place.namespace;
      return await examineCluster(kubectl, { ...plan, cluster: { ...place, namespace, storageClass: undefined } });
    },

    find,

    async list() {
      const all = records.listRecords(system);
      // Listing writes nothing: the first bottle creates the owner's ID.
      if (all.length === 0) return [];
      const places = new Map(all.map(({ record: { context, namespace } }) => [JSON.stringify([context, namespace]), { context, namespace }])); // prettier-ignore
      const owner = records.ownerId(system);
      const found = await Promise.all(
        [...places.values()].map((place) => kubectl.ask("list bottles", argv.listArgv(place, owner), foundSchema)),
      );
      const machines = machinesOf(found.flat(), owner);
      const names = new Set(machines.map(({ name }) => name));
      const stopped = all.flatMap(({ name, record }) => (names.has(name) ? [] : [atHome(name, record)]));
      return [...machines, ...stopped.filter((machine) => machine !== undefined)];
    },

    async resolve(plan) {
      const copied = copiedPlan(plan, elsewhere);
      // Kubernetes does not accept such a path for a mount.
      if (plan.directory.includes(":")) throw unfitDirectory(plan.directory);
      const { context, namespace, "storage-class": storageClass } = copied.kubernetes ?? {};
      const place = await kubectl.place(context);
      const cluster = await resolveCluster(kubectl, { context: place.context, storageClass });
      return {
        ...copied,
        cluster: { ...place, ...(namespace !== undefined && { namespace }), storageClass: cluster.storageClass },
      };
    },

    async create(plan, options = {}) {
      const cluster = clusterOf(plan);
      records.saveRecord(system, plan.name, { ...cluster, directory: plan.directory, isRestoring: false, seenAt: 0 });
      const claim = claimOf({ plan, cluster, owner: records.ownerId(system) });
      const doing = `make bottle "${plan.name}"`;
      if (claim) await kubectl.settle(doing, argv.createArgv(cluster), { ...options, stdin: JSON.stringify(claim) });
      else inform(system, ...noVolume(plan.name));
    },

    async start(plan, options = {}) {
      await podOfPlan(plan).start(plan, options, () => note(plan.name, { isRestoring: true }));
      note(plan.name, { isRestoring: false, seenAt: system.now() });
      return undefined;
    },

    async setNetwork(plan, _made, options = {}) {
      if (plan.network.mode !== "list") return;
      const container = argv.containers.proxy;
      const words = argv.execArgv(clusterOf(plan), plan.name, setFilterCommand, { stdin: true, container });
      const doing = `change the network of bottle "${plan.name}"`;
      await kubectl.settle(doing, words, { ...options, stdin: `${filterOf(plan.network)}\n` });
    },

    async denied(name) {
      const known = record(name);
      if (!known) return [];
      const words = argv.logsArgv(known, name, argv.containers.proxy);
      return parseDenied((await kubectl.look(`ask what bottle "${name}" was denied`, words)).stdout);
    },

    async inside(plan, { mayStart = false, ...options } = {}) {
      const machine = await find(plan.name);
      if (!machine) return [];
      if (machine.state === "running") return podOfPlan(plan).files(plan, options);
      if (!mayStart) return undefined;
      try {
        await this.start(plan, options);
        return await podOfPlan(plan).files(plan, options);
      } finally {
        await this.stop(plan.name, { detached: true });
      }
    },

    async keep(plan) {
      if (clusterOf(plan).storageClass === undefined && !record(plan.name)?.isRestoring)
        await podOfPlan(plan).keepClaude();
    },

    async stop(name, options = {}) {
      const known = record(name);
      if (!known) return;
      note(name, { seenAt: 0 });
      const pod = podOf(name, known);
      const hasOwn = known.storageClass === undefined && !known.isRestoring;
      if (hasOwn && (await pod.find())?.state === "running") await pod.keepHome();
      await pod.delete(`stop bottle "${name}"`, options);
    },

    async remove(name, options = {}) {
      const known = record(name);
      if (!known) return;
      const doing = `remove bottle "${name}"`;
      await podOf(name, known).delete(doing, options);
      if (known.storageClass !== undefined) await kubectl.settle(doing, argv.deleteClaimArgv(known, name), options);
      records.forgetRecord(system, name);
    },

    async isReady({ name }) {
      const known = record(name);
      if (!known) return false;
      if (system.now() - known.seenAt < seenMs) return true;
      const { stdout } = await kubectl.look(`ask for bottle "${name}"`, argv.isReadyArgv(known, name));
      if (stdout.trim() !== "True") return false;
      note(name, { seenAt: system.now() });
      return true;
    },

    attach(plan, session) {
      const words = argv.sessionArgv(clusterOf(plan), session, {
        env: { ...pathOf(plan), ...proxyEnv(plan) },
        project: plan.directory,
      });
      return { argv: kubectl.argv(words), env: {}, ending: endingMark(session.id) };
    },

    deliver: (plan, session) => podOfPlan(plan).deliver(plan, session),

    async explainLoss(plan, session, code) {
      const left = await podOfPlan(plan).whatIsLeft(session);
      // On a terminal the status is lost; 0 is right for a command that is known to have ended.
      if (left === "ended" && code === 0) return false;
      note(plan.name, { seenAt: 0 });
      warn(system, ...linkLost(plan.name, left));
      return true;
    },

    controlArgv: (plan) => kubectl.argv(argv.controlArgv(clusterOf(plan), plan.name)),

    explain(plan) {
      const cluster = clusterOf(plan);
      const { name } = plan;
      const claims = cluster.storageClass === undefined ? [] : [argv.deleteClaimArgv(cluster, name)];
      const lines = {
        create: claims.map(() => argv.createArgv(cluster)),
        start: [argv.createArgv(cluster), argv.waitArgv(cluster, name, 600)],
        stop: [argv.deletePodArgv(cluster, name)],
        remove: [argv.deletePodArgv(cluster, name), ...claims],
      };
      const whole = (words: readonly string[][]) => words.map((line) => kubectl.argv(line));
      return { create: whole(lines.create), start: whole(lines.start), stop: whole(lines.stop), remove: whole(lines.remove) }; // prettier-ignore
    },
  };
}

/** Where the pod installed Claude Code itself. */
const pathOf = (plan: BottlePlan): { readonly PATH?: string } =>
  givenImage(plan) === undefined
    ? { PATH: `${plan.user.home}/.local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin` }
    : {};
