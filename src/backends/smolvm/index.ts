import * as v from "valibot";
import { UserError } from "../../errors.ts";
import { claudeHome } from "../../guest/claude-home.ts";
import { decodeLabel, decodeUid } from "../../lib/label.ts";
import { mapLimited, programsAtOnce } from "../../lib/pool.ts";
import { hostNameOf } from "../../plan/credentials.ts";
import type { BottlePlan } from "../../plan/plan.ts";
import { openDevice } from "../../system/device.ts";
import { listDirectory, removeFile, replaceSymlink } from "../../system/files.ts";
import { isAlive } from "../../system/process.ts";
import { stateDirectory, type System } from "../../system/system.ts";
import type { Backend, Machine, StepOptions } from "../backend.ts";
import * as argv from "./argv.ts";
import { knownNoBoot, noBootFile } from "./boot.ts";
import { betweenTriesMs, Client } from "./client.ts";
import { parseDenied } from "./denied.ts";
import { noBoot, unknownForm } from "./errors.ts";
import { checkVersion, findSmolvm, assertSmolmachines } from "./program.ts";
import { explainTemplate, templateLeftovers, withTemplate } from "./template.ts";

/** The parts of `status --json` and `ls --json` that we use. */
const machineSchema = v.object({
  name: v.string(),
  state: v.string(),
  pid: v.nullish(v.number()),
  labels: v.optional(v.record(v.string(), v.string()), {}),
});

export function smolvm(system: System): Backend {
  const client = new Client(system);

  const linkDirectory = () => `${stateDirectory(system.env)}/links`;
  const link = (name: string) => `${linkDirectory()}/${name}`;

  /** A machine that is listed in another format is not ours. */
  const machines = async () => {
    const answer = await client.query(argv.listArgv());
    return (Array.isArray(answer) ? answer : []).flatMap((row: unknown) => {
      const machine = v.safeParse(machineSchema, row);
      return machine.success ? [machine.output] : [];
    });
  };

  async function find(name: string): Promise<Machine | undefined> {
    const answer = await client.query(argv.statusArgv(name));
    const machine = v.safeParse(machineSchema, answer);
    if (answer !== undefined && !machine.success) throw unknownForm(name);
    return machine.success ? toMachine(machine.output) : undefined;
  }

  /** A machine that has just died is "unreachable" for a moment before it is stopped. */
  async function settledState(name: string, { signal }: StepOptions): Promise<Machine["state"] | undefined> {
    const deadline = system.now() + 3000;
    for (;;) {
      const state = (await find(name))?.state;
      signal?.throwIfAborted();
      if (state !== "broken" || system.now() > deadline) return state;
      await Bun.sleep(betweenTriesMs);
    }
  }

  return {
    name: "smolvm",
    capabilities: {
      isolation: "vm",
      network: "enforced",
      loopback: "all",
      credentialBroker: true,
      programs: "template",
      user: "guest",
      mounts: "create",
      snapshot: false,
      remote: false,
    },
    loopbackAddress: argv.loopbackAddress,

    async probe({ quick = false } = {}) {
      try {
        const path = findSmolvm(system);
        if (quick) assertSmolmachines(path);
        const version = quick ? undefined : await checkVersion(system, path);
        if (system.platform === "linux") openDevice("/dev/kvm", system.user);
        const words = knownNoBoot(system, path);
        if (words === undefined) return { usable: true, version };
        const { message, hint = "" } = noBoot(words);
        return { usable: false, reason: message, hint, notedIn: noBootFile(system) };
      } catch (error) {
        if (error instanceof UserError) return { usable: false, reason: error.message, hint: error.hint ?? "" };
        throw error;
      }
    },

    find,

    async list() {
      return (await machines()).map(toMachine);
    },

    async leftovers(needed) {
      const builders = (await machines()).filter(({ labels }) => labels[argv.labels.template]).map(({ name }) => name);
      return templateLeftovers(client, needed, builders);
    },

    async diskUse(names) {
      const directories = await mapLimited(names, programsAtOnce, async (name) => {
        const { code, stdout } = await client.look(argv.dataDirectoryArgv(name));
        return code === 0 ? [{ name, directory: stdout.trim() }] : [];
      });
      const found = directories.flat();
      const { diskUse } = await import("../../system/disk.ts");
      const uses = await diskUse(
        system,
        found.map(({ directory }) => directory),
      );
      // A machine that never started has no disk yet.
      return new Map(found.map(({ name, directory }) => [name, uses.get(directory) ?? 0]));
    },

    resolve: (plan, options = {}) => withTemplate(client, plan, options),

    async create(plan, options = {}) {
      for (const { link: path, target } of argv.linksOf(plan, link(plan.name))) replaceSymlink(path, target);
      await client.settle(`make bottle "${plan.name}"`, argv.createArgv(plan, link(plan.name)), options);
    },

    async start(plan, options = {}) {
      const run = await client.start(`start bottle "${plan.name}"`, argv.startArgv(plan.name), {
        ...options,
        env: agentOf(plan),
      });
      const words = argv.prepareArgv(plan, claudeHome(plan));
      const prepared = await client.execFirst(`set up bottle "${plan.name}"`, words, options);
      options.onSeen?.(prepared.stdout);
      const pid = /\(PID: (\d+)\)/.exec(run.stdout)?.[1];
      return pid === undefined ? undefined : Number(pid);
    },

    async setNetwork(plan, _made, options = {}) {
      await client.settle(`open hosts to bottle "${plan.name}"`, argv.networkUpdateArgv(plan), options);
    },

    async denied(name) {
      return parseDenied(await client.query(argv.deniedArgv(name)));
    },

    async inside(plan, { mayStart = false, ...options } = {}) {
      const { name } = plan;
      const look = async () => {
        const { stdout } = await client.execFirst(`look into bottle "${name}"`, argv.insideArgv(name), options);
        return stdout.split("\0").filter(Boolean);
      };
      const machine = await settledState(name, options);
      if (machine === undefined) return [];
      if (machine !== "stopped") return look();
      if (!mayStart) return undefined;
      try {
        await client.settle(`start bottle "${name}"`, argv.startArgv(name), {
          ...options,
          env: { ...standIns(plan), ...agentOf(plan) },
        });
        return await look();
      } finally {
        await client.settle(`stop bottle "${name}"`, argv.stopArgv(name), { detached: true });
      }
    },

    async stop(name, options = {}) {
      await client.settle(`stop bottle "${name}"`, argv.stopArgv(name), { ...options, mayBeGone: true });
    },

    async remove(name, options = {}) {
      await client.remove(name, `bottle "${name}"`, options);
      for (const file of listDirectory(linkDirectory()))
        if (file === name || file.startsWith(`${name}-`)) removeFile(`${linkDirectory()}/${file}`);
    },

    isReady: async (_, machine) => machine !== undefined && isAlive(machine),
    attach: (plan, session) => ({ argv: client.argv(argv.sessionArgv(plan, session)), env: {} }),
    controlArgv: (_, session) => client.argv(argv.controlArgv(session)),
    explainNetwork: (plan) => [client.argv(argv.networkUpdateArgv(plan))],
    explain(asked) {
      const { plan, build } = explainTemplate(client, asked);
      const { name } = plan;
      return {
        create: [...build, argv.createArgv(plan, link(name))].map((words) => client.argv(words)),
        start: [argv.startArgv(name), argv.prepareArgv(plan, claudeHome(plan))].map((words) => client.argv(words)),
        stop: [client.argv(argv.stopArgv(name))],
        remove: [argv.stopArgv(name), argv.deleteArgv(name)].map((words) => client.argv(words)),
      };
    },
  };
}

/** smolvm reads the socket from its own environment. */
const agentOf = ({ sshAgent }: BottlePlan): Record<string, string> => (sshAgent ? { SSH_AUTH_SOCK: sshAgent } : {});

/** smolvm starts no machine without values for its credentials; a mere inspection does not use them. */
const standIns = ({ credentials }: BottlePlan) =>
  Object.fromEntries(credentials.map(({ variable }) => [hostNameOf(variable), "none"]));

function toMachine({ name, state, pid, labels }: v.InferOutput<typeof machineSchema>): Machine {
  const directory = decodeLabel(labels[argv.labels.directory]);
  const uid = decodeUid(labels[argv.labels.uid]);
  return {
    name,
    state: state === "running" ? "running" : state === "stopped" || state === "created" ? "stopped" : "broken",
    owner: labels[argv.labels.mark] && directory !== undefined && uid !== undefined ? { directory, uid } : undefined,
    pid: pid ?? undefined,
  };
}
