import { readdirSync, readFileSync, realpathSync, readlinkSync } from "node:fs";

/** Identifies a process by more than its pid, which the kernel reuses. */
export type Identity = { readonly pid: number; readonly started: string };

/** When the process started, in the kernel's notation (equal only for the same process); undefined if it is gone. */
export function identify(pid: number): Identity | undefined {
  const started = process.platform === "linux" ? startedOnLinux(pid) : startedByPs(pid);
  return started === undefined ? undefined : { pid, started };
}

export function isAlive({ pid, started }: Identity): boolean {
  return identify(pid)?.started === started;
}

/** Sends TERM, and KILL if the process still lives after five seconds. Returns whether it is gone. */
export async function endProcess(process_: Identity): Promise<boolean> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    for (let tick = 0; tick < 50; tick += 1) {
      if (!isAlive(process_)) return true;
      if (tick === 0 && !sendSignal(process_.pid, signal)) return false;
      await Bun.sleep(100);
    }
  }
  return !isAlive(process_);
}

function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** The first process of the container with that ID if it runs on this machine: its control group's name contains the ID. */
export function processOfContainer(id: string): number | undefined {
  const isFirst = (pid: string) => /^NSpid:\t\d+\t1$/m.test(textOf(`/proc/${pid}/status`));
  const found = numbersOfProcesses().find((pid) => textOf(`/proc/${pid}/cgroup`).includes(id) && isFirst(pid));
  return found === undefined ? undefined : Number(found);
}

/** Signals a process group. Returns whether it has a living process; a zombie does not count. */
export function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-leader, signal);
  } catch {
    return false;
  }
  const isMember = (pid: string) => {
    const [state, , group] = statOf(Number(pid));
    return group === String(leader) && state !== "Z";
  };
  return process.platform !== "linux" || numbersOfProcesses().some(isMember);
}

/** Linux only; empty elsewhere. */
function numbersOfProcesses(): string[] {
  return process.platform === "linux" ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
}

/** Empty if the process is gone. */
function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

const startedOnLinux = (pid: number): string | undefined => startedBy(textOf(`/proc/${pid}/stat`));

/** The same, from the content of /proc/PID/stat. */
export function startedBy(stat: string): string | undefined {
  const fields = fieldsOf(stat);
  return fields[0] === "Z" || fields[19] === undefined ? undefined : `${bootId()}:${fields[19]}`;
}

/** From the state on: parent, group, and at index 19 the start in ticks since boot. The name before it may contain spaces and brackets. */
const fieldsOf = (stat: string): string[] => stat.slice(stat.lastIndexOf(")") + 2).split(" ");
const statOf = (pid: number): string[] => fieldsOf(textOf(`/proc/${pid}/stat`));

let boot: string | undefined;
const bootId = () => (boot ??= readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim().slice(0, 8));

/** The same on macOS, where ps prints a local time. */
export function startedByPs(pid: number, ps = "/bin/ps"): string | undefined {
  // With a fixed time zone: otherwise a laptop that changes its zone would take every process for another one.
  const env = { LC_ALL: "C", TZ: "UTC" };
  const { stdout, exitCode } = Bun.spawnSync([ps, "-o", "lstart=", "-p", String(pid)], { env });
  const started = stdout.toString().trim();
  return exitCode === 0 && started !== "" ? started : undefined;
}

/**
 * A process of a bottle, by its pid there and its start in ticks, which is the same in every namespace. Bottles that start at once have processes that
 * share both; then `namespace` ("pid:[4026531836]") tells them apart.
 */
export type GuestProcess = { readonly pid: number; readonly start: string; readonly namespace?: string | undefined };

/** The host's pid of each guest process found so far: a search reads all of /proc. */
const hostPids = new Map<string, number>();
const hostPidsLimit = 1_000;

/** The host pids of those processes that live. Linux only, if the bottle shares our kernel. */
export function findGuestProcesses(all: readonly GuestProcess[]): ReadonlyMap<GuestProcess, number> {
  const found = new Map<GuestProcess, number>();
  for (const process of all) {
    const pid = hostPids.get(keyOf(process));
    // One pid with one start time is one process.
    if (pid !== undefined && isLive(pid, process.start)) found.set(process, pid);
  }
  const wanted = all.filter((process) => !found.has(process));
  if (wanted.length === 0) return found;
  if (hostPids.size > hostPidsLimit) hostPids.clear();
  const starts = new Map(wanted.map((process) => [`${process.start}:${process.pid}`, process]));
  const known = new Set(wanted.map(({ start }) => start));
  for (const pid of numbersOfProcesses()) {
    const { 0: state, 19: start = "" } = statOf(Number(pid));
    if (state === "Z" || !known.has(start)) continue;
    const inner = /^NSpid:.*\t(\d+)$/m.exec(textOf(`/proc/${pid}/status`))?.[1];
    const process = starts.get(`${start}:${inner}`);
    if (!process || !isIn(Number(pid), process.namespace)) continue;
    found.set(process, Number(pid));
    hostPids.set(keyOf(process), Number(pid));
  }
  return found;
}

const keyOf = ({ start, pid, namespace = "" }: GuestProcess): string => `${start}:${pid}:${namespace}`;

/** True where we may not look. */
function isIn(pid: number, namespace: string | undefined): boolean {
  if (namespace === undefined) return true;
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`) === namespace;
  } catch {
    return true;
  }
}

function isLive(pid: number, start: string): boolean {
  const { 0: state, 19: began } = statOf(pid);
  return began === start && state !== "Z";
}

/** A variable of the environment with which a process started; undefined if we may not read it. */
export function environmentOf(pid: number, name: string): string | undefined {
  const line = textOf(`/proc/${pid}/environ`)
    .split("\0")
    .find((word) => word.startsWith(`${name}=`));
  return line?.slice(name.length + 1);
}

/** The device of the terminal on which we were started; undefined without one. */
export function terminalName(): string | undefined {
  const name = process.platform === "linux" ? terminalOnLinux() : terminalByPs();
  return name?.startsWith("/dev/") ? name : undefined;
}

function terminalOnLinux(): string | undefined {
  return [0, 1, 2].map(linkOf).find((name) => /^\/dev\/(pts\/|tty)/.test(name));
}

function linkOf(fd: number): string {
  try {
    return realpathSync(`/proc/self/fd/${fd}`);
  } catch {
    return "";
  }
}

function terminalByPs(): string | undefined {
  const { stdout } = Bun.spawnSync(["/bin/ps", "-o", "tty=", "-p", String(process.pid)], { env: { LC_ALL: "C" } });
  return `/dev/${stdout.toString().trim()}`;
}

/** The running processes whose command line matches. Linux only. */
export function findProcesses(fits: (argv: readonly string[]) => boolean): Identity[] {
  return numbersOfProcesses().flatMap((pid) => {
    const process = fits(textOf(`/proc/${pid}/cmdline`).split("\0")) ? identify(Number(pid)) : undefined;
    return process ? [process] : [];
  });
}

/**
 * The running processes whose soft and hard limits of file locks match. Linux only. The kernel has not used this limit since 2.4, so it can mark a
 * process and its children.
 */
export function findMarked(fits: (soft: bigint, hard: bigint) => boolean): Identity[] {
  return numbersOfProcesses().flatMap((pid) => {
    const [, soft, hard] = /^Max file locks +(\d+) +(\d+) /m.exec(textOf(`/proc/${pid}/limits`)) ?? [];
    const isMarked = soft !== undefined && hard !== undefined && fits(BigInt(soft), BigInt(hard));
    const process = isMarked ? identify(Number(pid)) : undefined;
    return process ? [process] : [];
  });
}

const goneWithinMs = 5_000;

/** Kills those that still live, and waits for their end. */
export async function endProcesses(processes: readonly Identity[]): Promise<void> {
  for (const { pid } of processes.filter(isAlive))
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      // One may end with another, between the check and the kill.
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  for (let waited = 0; processes.some(isAlive) && waited < goneWithinMs; waited += 10) await Bun.sleep(10);
}

/** The kernel's name of the process's pid namespace; undefined if the process is gone. */
export function pidNamespaceOf(pid: number | undefined): string | undefined {
  try {
    return pid === undefined ? undefined : readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

/** All processes in the same pid namespace. Linux only. */
export function processesBeside({ pid }: Pick<Identity, "pid">): Identity[] {
  const namespaceOf = (one: number | string) => linkText(`/proc/${one}/ns/pid`);
  const namespace = namespaceOf(pid);
  if (namespace === undefined) return [];
  const found = numbersOfProcesses().filter((one) => namespaceOf(one) === namespace);
  return found.flatMap((one) => identify(Number(one)) ?? []);
}

/** Processes that entered that namespace from outside: neither its first process nor children of processes in it. */
export function enteredBeside(pid: number): Identity[] {
  const all = processesBeside({ pid });
  const known = new Set(all.map((one) => one.pid));
  return all.filter((one) => one.pid !== pid && !known.has(Number(statOf(one.pid)[1])));
}

function linkText(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
