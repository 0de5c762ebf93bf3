import * as v from "valibot";
import { UserError } from "../../errors.ts";
import { claudeHome } from "../../guest/claude-home.ts";
import type { BottlePlan, EngineFacts } from "../../plan/plan.ts";
import { sessionUser } from "../../plan/session.ts";
import { isAlive, runsInContainer } from "../../system/process.ts";
import type { Run, System } from "../../system/system.ts";
import type { Backend, Machine, StepOptions } from "../backend.ts";
import * as argv from "./argv.ts";
import { type Engine, parseInfo } from "./engine.ts";
import { engineError, isUnknown } from "./errors.ts";
import { ensureImage } from "./image.ts";

/** `container inspect` and `ps`, as far as they concern us. */
const containerSchema = v.object({
  Id: v.string(),
  Name: v.string(),
  State: v.object({ Status: v.string(), Pid: v.number() }),
  Config: v.object({ Labels: v.nullish(v.record(v.string(), v.string())) }),
});

/** docker writes names and labels as text, podman as what they are; our labels hold no comma. */
const listedSchema = v.object({
  Names: v.union([v.string(), v.array(v.string())]),
  State: v.string(),
  Labels: v.union([v.pipe(v.string(), v.transform(parseLabels)), v.record(v.string(), v.string())]),
});

const installHints = {
  docker: "install it: https://docs.docker.com/engine/install",
  podman: "install it, for example: sudo apt-get install podman",
} as const;

export const docker = (system: System): Backend => container(system, "docker");
export const podman = (system: System): Backend => container(system, "podman");

function container(system: System, program: argv.ProgramName): Backend {
  let path: string | undefined;
  const words = (rest: readonly string[]) => [(path ??= find()), ...rest];
  const call = (rest: readonly string[], options: StepOptions = {}) => system.run(words(rest), options);

  function find(): string {
    const found = system.which(program);
    if (found) return found;
    throw new UserError(`${program} is not installed`, { hint: installHints[program] });
  }

  async function settle(
    name: string,
    doing: string,
    rest: readonly string[],
    options: StepOptions,
    { mayBeGone = false } = {},
  ): Promise<Run> {
    const run = await call(rest, options);
    if (run.code !== 0 && !(mayBeGone && isUnknown(run))) throw engineError(program, `${doing} "${name}"`, run);
    return run;
  }

  async function askEngine(): Promise<Engine> {
    const run = await call(argv.infoArgv());
    if (run.code !== 0) throw engineError(program, "make bottles", run);
    return parseInfo(JSON.parse(run.stdout));
  }

  async function inspect(name: string): Promise<v.InferOutput<typeof containerSchema> | undefined> {
    const run = await call(argv.inspectArgv(name));
    if (isUnknown(run)) return undefined;
    if (run.code !== 0) throw engineError(program, `ask for bottle "${name}"`, run);
    return v.parse(v.tuple([containerSchema]), JSON.parse(run.stdout))[0];
  }

  return {
    name: program,
    capabilities: {
      isolation: "container",
      network: "open",
      credentialBroker: false,
      programs: "image",
      user: "guest",
      mounts: "create",
      snapshot: false,
      remote: false,
    },
    loopbackAddress: `host.${program === "docker" ? "docker" : "containers"}.internal`,

    async probe() {
      try {
        return { usable: true, version: (await askEngine()).version };
      } catch (error) {
        if (error instanceof UserError) return { usable: false, reason: error.message, hint: error.hint ?? "" };
        throw error;
      }
    },

    async find(name) {
      const found = await inspect(name);
      if (!found) return undefined;
      const { Id, State, Config } = found;
      return toMachine(name, State.Status, Config.Labels ?? {}, pidHere(State.Pid, Id));
    },

    async list() {
      const run = await call(argv.listArgv(program));
      if (run.code !== 0) throw engineError(program, "list bottles", run);
      return v
        .parse(v.array(listedSchema), parseListing(run.stdout))
        .map(({ Names, State, Labels }) => toMachine([Names].flat()[0] ?? "", State, Labels, undefined));
    },

    async resolve(plan, options = {}) {
      const engine = await askEngine();
      const image = await ensureImage({ system, program, argv: words }, plan.image ?? "", options);
      return { ...plan, engine: factsOf(plan, engine, image) };
    },

    async create(plan, options = {}) {
      await settle(plan.name, "make bottle", argv.createArgv(plan, plan.engine ?? assumedFacts(plan, system)), options);
    },

    async start(plan, options = {}) {
      await settle(plan.name, "start bottle", argv.startArgv(plan.name), options);
      await settle(
        plan.name,
        "set up bottle",
        argv.prepareArgv(plan, sessionUser(plan), claudeHome(plan.directory)),
        options,
      );
      const started = await inspect(plan.name);
      return started && pidHere(started.State.Pid, started.Id);
    },

    async stop(name, options = {}) {
      await settle(name, "stop bottle", argv.stopArgv(name), options, { mayBeGone: true });
    },

    async remove(name, options = {}) {
      await settle(name, "remove bottle", argv.removeArgv(name), options, { mayBeGone: true });
    },

    async isReady(plan, machine) {
      if (machine) return isAlive(machine);
      return (await call(argv.isRunningArgv(plan.name))).stdout.trim() === "true";
    },

    attach: (_, session) => ({ argv: words(argv.sessionArgv(program, session)), env: {} }),
    controlArgv: (_, session) => words(argv.controlArgv(session)),
    explain: (plan) => ({
      create: [words(argv.createArgv(plan, plan.engine ?? assumedFacts(plan, system)))],
      start: [
        words(argv.startArgv(plan.name)),
        words(argv.prepareArgv(plan, sessionUser(plan), claudeHome(plan.directory))),
      ],
      stop: [words(argv.stopArgv(plan.name))],
      remove: [words(argv.removeArgv(plan.name))],
    }),
  };
}

/** Under an engine without root the container's root is the engine's user; podman itself can map that user to his own number. */
function factsOf(plan: BottlePlan, { rootless, mapsUsers, limits, selinux }: Engine, image: string): EngineFacts {
  const user = rootless && !mapsUsers ? ({ name: "root", uid: 0, gid: 0, home: "/root" } as const) : plan.user;
  return { image, user, keepId: rootless && mapsUsers && user.uid !== 0, limits, selinux };
}

/** For --dry-run, which asks nobody. */
function assumedFacts(plan: BottlePlan, system: System): EngineFacts {
  const limits = { cpus: true, memory: true, pids: true };
  const keepId = plan.backend === "podman" && system.user.uid !== 0;
  return { image: plan.image ?? "", user: plan.user, keepId, limits, selinux: false };
}

/** The engine's process number where it is one of this machine: a number of elsewhere may be anybody's here. */
const pidHere = (pid: number, id: string) => (pid > 0 && runsInContainer(pid, id) ? pid : undefined);

function toMachine(
  name: string,
  status: string,
  labels: Readonly<Record<string, string>>,
  pid: number | undefined,
): Machine {
  const directory = labels[argv.labels.directory];
  return {
    name,
    state: /^(running|restarting)$/.test(status)
      ? "running"
      : /^(created|configured|initialized|exited|stopped)$/.test(status)
        ? "stopped"
        : "broken",
    owner:
      labels[argv.labels.mark] && directory !== undefined
        ? { directory: decodeURIComponent(directory), uid: Number(labels[argv.labels.uid]) }
        : undefined,
    pid,
  };
}

function parseLabels(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(",").map((label) => [label.split("=", 1)[0] ?? "", label.replace(/^[^=]*=/, "")]),
  );
}

/** docker writes one object a line, podman an array. */
function parseListing(text: string): unknown {
  if (text.trimStart().startsWith("[")) return JSON.parse(text);
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);
}
