import * as v from "valibot";
import { UserError } from "../../errors.ts";
import { claudeHome } from "../../guest/claude-home.ts";
import type { BottlePlan } from "../../plan/plan.ts";
import { diskUse } from "../../system/disk.ts";
import { openDevice } from "../../system/device.ts";
import { namesIn, plainLink, removeLink } from "../../system/files.ts";
import { isAlive } from "../../system/process.ts";
import type { Run, RunOptions, System } from "../../system/system.ts";
import { stateFolder } from "../../system/system.ts";
import type { Backend, Machine, StepOptions } from "../backend.ts";
import * as argv from "./argv.ts";
import { hypervisorWords, knownNoBoot, noBootFile, rememberNoBoot } from "./boot.ts";
import { parseDenied } from "./denied.ts";
import { failureOf, noBoot, smolvmError } from "./errors.ts";
import { answerOfSmolvm, checkVersion, findSmolvm, refuseOther } from "./program.ts";

/** Right after `start`, on a busy host, exec says "not running" for some seconds; a second `start` would kill the machine. */
const readyWithinMs = 30_000;

/** What `status --json` and `ls --json` say of a machine, as far as it concerns us. */
const machineSchema = v.object({
  name: v.string(),
  state: v.string(),
  pid: v.nullish(v.number()),
  labels: v.optional(v.record(v.string(), v.string()), {}),
});

export function smolvm(system: System): Backend {
  let program: string | undefined;
  const smolvm = (words: readonly string[]) => [(program ??= findSmolvm(system)), ...words];
  type CallOptions = StepOptions & Pick<RunOptions, "env">;
  const call = (words: readonly string[], options: CallOptions = {}) => system.run(smolvm(words), options);

  /** What changes nothing. */
  const look = async (words: readonly string[]) => await answerOfSmolvm(system, smolvm(words));

  /** A usage error of smolvm means that it is not the one that we know: its version says which. */
  async function query(words: readonly string[]): Promise<unknown> {
    const run = await look(words);
    if (run.code === 0) {
      const parsed = parseJson(run.stdout);
      if (parsed !== undefined) return parsed;
    }
    if (isUnknown(run)) return undefined;
    await checkVersion(system, smolvm([])[0] ?? "");
    throw smolvmError("ask smolvm for its machines", run);
  }

  const linkFolder = () => `${stateFolder(system.env)}/links`;
  const link = (name: string) => `${linkFolder()}/${name}`;

  async function settle(
    name: string,
    doing: string,
    words: readonly string[],
    options: CallOptions,
    { mayBeGone = false } = {},
  ): Promise<Run> {
    const run = await call(words, options);
    options.signal?.throwIfAborted();
    if (run.code !== 0 && !(mayBeGone && isUnknown(run))) throw smolvmError(`${doing} "${name}"`, run);
    return run;
  }

  /** A first exec, once the machine takes it. */
  async function execFirst(name: string, doing: string, words: readonly string[], options: StepOptions): Promise<Run> {
    const deadline = system.now() + readyWithinMs;
    for (;;) {
      const run = await call(words, options);
      options.signal?.throwIfAborted();
      if (run.code === 0) return run;
      if (!/is not running|connect/.test(failureOf(run).message) || system.now() > deadline)
        throw smolvmError(`${doing} "${name}"`, run);
    }
  }

  async function find(name: string): Promise<Machine | undefined> {
    const answer = await query(argv.statusArgv(name));
    return answer === undefined ? undefined : toMachine(v.parse(machineSchema, answer));
  }

  /** A machine that has just died is "unreachable" for a moment, and then stopped. */
  async function settledState(name: string, { signal }: StepOptions): Promise<Machine["state"] | undefined> {
    const deadline = system.now() + 3000;
    for (;;) {
      const state = (await find(name))?.state;
      signal?.throwIfAborted();
      if (state !== "broken" || system.now() > deadline) return state;
    }
  }

  return {
    name: "smolvm",
    capabilities: {
      isolation: "vm",
      network: "enforced",
      loopback: "all",
      credentialBroker: true,
      programs: "image",
      user: "guest",
      mounts: "create",
      snapshot: false,
      remote: false,
    },
    loopbackAddress: argv.loopbackAddress,

    async probe({ quick = false } = {}) {
      try {
        const path = findSmolvm(system);
        if (quick) refuseOther(path);
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
      return v.parse(v.array(machineSchema), await query(argv.listArgv())).map(toMachine);
    },

    async diskUse(names) {
      const folders = await Promise.all(
        names.map(async (name) => {
          const { code, stdout } = await look(argv.dataFolderArgv(name));
          return code === 0 ? [{ name, folder: stdout.trim() }] : [];
        }),
      );
      const found = folders.flat();
      const uses = await diskUse(
        system,
        found.map(({ folder }) => folder),
      );
      // One that was never started has no disk yet.
      return new Map(found.map(({ name, folder }) => [name, uses.get(folder) ?? 0]));
    },

    async create(plan, options = {}) {
      for (const { link: path, target } of argv.linksOf(plan, link(plan.name))) plainLink(path, target);
      await settle(plan.name, "make bottle", argv.createArgv(plan, link(plan.name)), options);
    },

    async start(plan, options = {}) {
      const run = await call(argv.startArgv(plan.name), { ...options, env: agentOf(plan) });
      options.signal?.throwIfAborted();
      const words = run.code === 0 ? undefined : hypervisorWords(run);
      if (words !== undefined) {
        rememberNoBoot(system, smolvm([])[0] ?? "", words);
        throw noBoot(words);
      }
      if (run.code !== 0) throw smolvmError(`start bottle "${plan.name}"`, run);
      await execFirst(plan.name, "set up bottle", argv.prepareArgv(plan, claudeHome(plan.directory)), options);
      const pid = /\(PID: (\d+)\)/.exec(run.stdout)?.[1];
      return pid === undefined ? undefined : Number(pid);
    },

    async setNetwork(plan, _made, options = {}) {
      await settle(plan.name, "open hosts to bottle", argv.networkUpdateArgv(plan), options);
    },

    async denied(name) {
      return parseDenied(await query(argv.deniedArgv(name)));
    },

    async inside(plan, { mayStart = false, ...options } = {}) {
      const { name } = plan;
      const look = async () => {
        const { stdout } = await execFirst(name, "look into bottle", argv.insideArgv(name), options);
        return stdout.split("\0").filter(Boolean);
      };
      const machine = await settledState(name, options);
      if (machine === undefined) return [];
      if (machine !== "stopped") return look();
      if (!mayStart) return undefined;
      try {
        await settle(name, "start bottle", argv.startArgv(name), {
          ...options,
          env: { ...standIns(plan), ...agentOf(plan) },
        });
        return await look();
      } finally {
        await settle(name, "stop bottle", argv.stopArgv(name), { detached: true });
      }
    },

    async stop(name, options = {}) {
      await settle(name, "stop bottle", argv.stopArgv(name), options, { mayBeGone: true });
    },

    async remove(name, options = {}) {
      // smolvm's delete of a running machine once left its process behind.
      await settle(name, "stop bottle", argv.stopArgv(name), options, { mayBeGone: true });
      await settle(name, "remove bottle", argv.deleteArgv(name), options, { mayBeGone: true });
      for (const file of namesIn(linkFolder()))
        if (file === name || file.startsWith(`${name}-`)) removeLink(`${linkFolder()}/${file}`);
    },

    isReady: async (_, machine) => machine !== undefined && isAlive(machine),
    attach: (plan, session) => ({ argv: smolvm(argv.sessionArgv(plan, session)), env: {} }),
    controlArgv: (_, session) => smolvm(argv.controlArgv(session)),
    explain: (plan) => ({
      create: [smolvm(argv.createArgv(plan, link(plan.name)))],
      start: [smolvm(argv.startArgv(plan.name)), smolvm(argv.prepareArgv(plan, claudeHome(plan.directory)))],
      stop: [smolvm(argv.stopArgv(plan.name))],
      remove: [smolvm(argv.stopArgv(plan.name)), smolvm(argv.deleteArgv(plan.name))],
    }),
  };
}

/** smolvm takes the socket from its own environment. */
const agentOf = ({ sshAgent }: BottlePlan): Record<string, string> => (sshAgent ? { SSH_AUTH_SOCK: sshAgent } : {});

/** smolvm starts no machine without the values of its credentials; nobody uses them in a look. */
const standIns = ({ credentials }: BottlePlan) =>
  Object.fromEntries(credentials.map(({ variable }) => [variable, "none"]));

/** `status` has no code of its own for a machine that is not there. */
const isUnknown = (run: Run) =>
  run.code !== 0 &&
  /^(vm not found: |config operation failed: machine status: machine '.*' not found$)/.test(failureOf(run).message);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toMachine({ name, state, pid, labels }: v.InferOutput<typeof machineSchema>): Machine {
  const directory = labels[argv.labels.directory];
  const uid = Number(labels[argv.labels.uid]);
  return {
    name,
    state: state === "running" ? "running" : state === "stopped" || state === "created" ? "stopped" : "broken",
    owner:
      labels[argv.labels.mark] && directory !== undefined
        ? { directory: decodeURIComponent(directory), uid }
        : undefined,
    pid: pid ?? undefined,
  };
}
