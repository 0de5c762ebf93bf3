import type { Backend } from "../backends/backend.ts";
import { inGuest } from "../backends/in-guest.ts";
import { recordsArgv } from "../guest/records.ts";
import type { BottleRecord } from "../ledger/ledger.ts";
import { isSandbox, type BottlePlan } from "../plan/plan.ts";
import { readText, removeFile, writePrivate } from "../system/files.ts";
import { listHostile, readHostile } from "../system/hostile.ts";
import { environmentOf, findGuestProcesses, isAlive } from "../system/process.ts";
import { stateDirectory, type System } from "../system/system.ts";
import { parseJob, parseProcess, parseTurn, recordLimit, recordsLimit, type JobRecord, type ProcessRecord, type TurnRecord } from "./records.ts"; // prettier-ignore

/** `isAlive` is undefined if the bottle's kernel was not asked. `session` is our mark in the process's environment. */
export type ClaudeProcess = {
  readonly record: ProcessRecord;
  readonly isAlive: boolean | undefined;
  readonly session: string | undefined;
  /** The pid on this host, if the bottle shares the host's kernel. */
  readonly hostPid?: number | undefined;
};

export type Readings = {
  readonly processes: readonly ClaudeProcess[];
  readonly jobs: readonly JobRecord[];
  readonly turns: ReadonlyMap<string, TurnRecord>;
  /** The bottle's machine is gone, so nothing runs in it. */
  readonly isGone?: boolean;
};

const nothing: Readings = { processes: [], jobs: [], turns: new Map() };

/** For bottles that are asked by a backend command: how long an answer stays valid. */
export const pollMs = 10_000;
const pollTimeoutMs = 8_000;

/** `poll` allows such a command, at most once in ten seconds across all callers. Without it the last answer is used. */
export type ReadOptions = { readonly poll: boolean };

/** What runs in the bottle, from its own records and, where the host can read it, the process table. */
export async function readBottle(
  system: System,
  backend: Backend,
  { plan, machine }: BottleRecord,
  options: ReadOptions,
): Promise<Readings> {
  const directory = backend.claudeDirectory?.(plan);
  const { capabilities } = backend;
  // The processes of a container on another machine are not in this process table.
  const isOurKernel = isSandbox(capabilities) || (capabilities.isolation === "container" && machine !== undefined);
  if (directory !== undefined && isOurKernel && system.platform === "linux")
    return readHere(directory, machine === undefined || isAlive(machine) ? undefined : false);
  if (machine !== undefined && !isAlive(machine)) return directory === undefined ? nothing : readHere(directory, false);
  const polled = await poll(system, backend, plan, directory === undefined ? "all" : "alive", options);
  return directory === undefined ? polled.readings : withAlive(readFiles(directory), polled.alive);
}

/** `machineLives` is false if the bottle's machine, and so everything in it, is gone. */
function readHere(directory: string, machineLives: false | undefined): Readings {
  const files = readFiles(directory);
  const wanted = files.processes.map((record) => ({
    record,
    pid: record.pid,
    start: record.procStart,
    namespace: record.pidDomain,
  }));
  const found = findGuestProcesses(machineLives === false ? [] : wanted);
  return {
    ...files,
    isGone: machineLives === false,
    processes: wanted.map((process) => {
      const { record } = process;
      const hostPid = found.get(process);
      const session = hostPid === undefined ? undefined : environmentOf(hostPid, "CLAUDE_BOTTLE_SESSION");
      return { record, isAlive: hostPid !== undefined, session, hostPid };
    }),
  };
}

type Files = Omit<Readings, "processes"> & { readonly processes: readonly ProcessRecord[] };

function readFiles(directory: string): Files {
  const processes = listHostile(directory, "sessions", recordsLimit)
    .filter((name) => /^\d+\.json$/.test(name))
    .flatMap((name) => readProcess(directory, `sessions/${name}`) ?? []);
  const jobs = listHostile(directory, "jobs", recordsLimit).flatMap(
    (name) => parseJob(name, readHostile(directory, `jobs/${name}/state.json`, recordLimit)?.text ?? "") ?? [],
  );
  // Only the conversations in use: a bottle keeps the files of all the earlier ones.
  const ids = new Set([...processes, ...jobs].map(({ sessionId }) => sessionId));
  const turns = [...ids].flatMap((id) => asArray(readTurn(directory, id)));
  return { processes, jobs, turns: new Map(turns.map((turn) => [turn.sessionId, turn])) };
}

/** Claude Code 2.1.332 rewrites this file in place, so a half-written one is read again a moment later. */
function readProcess(directory: string, path: string): ProcessRecord | undefined {
  for (let look = 1; ; look += 1) {
    const text = readHostile(directory, path, recordLimit)?.text;
    const record = text === undefined ? undefined : parseProcess(text);
    if (record || text === undefined || look === looks) return record;
    Bun.sleepSync(betweenLooksMs);
  }
}

function readTurn(directory: string, id: string): TurnRecord | undefined {
  const file = readHostile(directory, `claude-bottle/turns/${id}`, recordLimit);
  return file && parseTurn(id, file.text, file.modifiedAt);
}

/** The last turn of each conversation in the bottle, newest first. */
export async function readTurns(
  system: System,
  backend: Backend,
  { plan }: Pick<BottleRecord, "plan">,
  options: ReadOptions = { poll: true },
): Promise<TurnRecord[]> {
  const directory = backend.claudeDirectory?.(plan);
  const turns =
    directory === undefined
      ? [...(await poll(system, backend, plan, "all", options)).readings.turns.values()]
      : listHostile(directory, "claude-bottle/turns", turnsLimit).flatMap((id) => asArray(readTurn(directory, id)));
  return turns.sort((one, other) => other.at - one.at);
}

const turnsLimit = 2_000;

const looks = 3;
const betweenLooksMs = 2;

type Alive = ReadonlyMap<string, string | undefined>;
const keyOf = (pid: number, start: string) => `${pid}:${start}`;

function withAlive(files: Files, alive: Alive | undefined): Readings {
  return {
    ...files,
    processes: files.processes.map((record) => {
      const key = keyOf(record.pid, record.procStart);
      return { record, isAlive: alive?.has(key), session: alive?.get(key) };
    }),
  };
}

/** Call this after changing the bottle's sessions: the next look asks the bottle again. */
export const forgetPolled = (system: System, bottle: string): void => void removeFile(pollFile(system, bottle));

const pollFile = (system: System, bottle: string): string => `${stateDirectory(system.env)}/activity/${bottle}`;

async function poll(
  system: System,
  backend: Backend,
  plan: BottlePlan,
  what: "all" | "alive",
  options: ReadOptions,
): Promise<{ readonly readings: Readings; readonly alive: Alive | undefined }> {
  const file = pollFile(system, plan.name);
  const [at = "0", ...kept] = (readText(file) ?? "").split("\n");
  const age = system.now() - Number(at);
  if (!options.poll || (age >= 0 && age < pollMs)) return parseAnswer(kept);
  // The first of several concurrent callers asks; the others see a fresh time stamp.
  writePrivate(file, [String(system.now()), ...kept].join("\n"));
  const { argv, ...how } = inGuest(backend, plan, recordsArgv(what));
  const { code, stdout } = await system.run(argv, { ...how, timeoutMs: pollTimeoutMs });
  const lines = code === 0 ? stdout.split("\n") : [];
  writePrivate(file, [String(system.now()), ...lines].join("\n"));
  return parseAnswer(lines);
}

function parseAnswer(lines: readonly string[]): { readonly readings: Readings; readonly alive: Alive } {
  const [processes, jobs, turns]: [ProcessRecord[], JobRecord[], TurnRecord[]] = [[], [], []];
  const alive = new Map<string, string | undefined>();
  for (const line of lines.slice(0, 4 * recordsLimit)) {
    const [kind, name = "", third = "", fourth = ""] = line.split(" ");
    if (kind === "alive") {
      alive.set(keyOf(Number(name), third), fourth === "-" ? undefined : fourth);
      continue;
    }
    const text = Buffer.from(fourth, "base64").toString("utf8");
    if (kind === "process") processes.push(...asArray(parseProcess(text)));
    if (kind === "job") jobs.push(...asArray(parseJob(name, text)));
    if (kind === "turn") turns.push(...asArray(parseTurn(name, text, Number(third) * 1000)));
  }
  const files = { processes, jobs, turns: new Map(turns.map((turn) => [turn.sessionId, turn])) };
  return { readings: withAlive(files, alive), alive };
}

const asArray = <Value>(value: Value | undefined): Value[] => (value === undefined ? [] : [value]);
