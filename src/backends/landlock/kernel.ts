import { ptr } from "bun:ffi";
import { errno, openLibc } from "../../system/libc.ts";

/** Rights as Landlock's bits, and the version of its interface (ABI) that added each. */
export const fileRights = {
  execute: 1n << 0n,
  writeFile: 1n << 1n,
  readFile: 1n << 2n,
  readDirectory: 1n << 3n,
  /** Creating and removing everything that has a name. */
  changeNames: ((1n << 9n) - 1n) << 4n,
  refer: 1n << 13n,
  truncate: 1n << 14n,
  deviceControl: 1n << 15n,
} as const;
const since = [[2, fileRights.refer], [3, fileRights.truncate], [5, fileRights.deviceControl]] as const; // prettier-ignore
const always = (1n << 13n) - 1n;

/** Everything that this ABI can deny. */
export const knownRights = (abi: number): bigint =>
  since.reduce((rights, [version, right]) => (abi >= version ? rights | right : rights), always);

/** The rights that apply to a file; others are EINVAL. */
export const rightsOfFile =
  fileRights.execute | fileRights.writeFile | fileRights.readFile | fileRights.truncate | fileRights.deviceControl;

const tcpRights = 0b11n;
const scopes = 0b11n;

const numbers = { createRuleset: 444, addRule: 445, restrictSelf: 446 } as const;
const capset = process.arch === "arm64" ? 91 : 126;
const prlimit64 = process.arch === "arm64" ? 261 : 302;
const options = { deathSignal: 1, dropBounding: 24, seccomp: 22, noNewPrivileges: 38, ambient: 47 } as const;

const functions = {
  syscall: { args: ["i64", "i64", "i64", "i64", "i64"], returns: "i64" },
  prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" },
} as const;
let opened: ReturnType<typeof openLibc<typeof functions>>;
function libc() {
  opened ??= openLibc(functions);
  if (!opened) throw new Error("the system's C library cannot be opened");
  return opened;
}

const syscall = (number: number, ...words: (number | bigint)[]) => {
  const [a = 0, b = 0, c = 0, d = 0] = words;
  return Number(libc().syscall(number, a, b, c, d));
};
const prctl = (option: number, first: number | bigint = 0, second: number | bigint = 0) =>
  libc().prctl(option, first, second, 0, 0);

/** Throws with the kernel's error number if a call failed. */
function must(doing: string, result: number): number {
  if (result >= 0) return result;
  throw new Error(`the kernel refuses to ${doing} (error ${errno()})`);
}

/** The version of this kernel's Landlock, or why there is none: "absent" from the kernel, "disabled" at boot, or "refused" by a container. */
export function landlockAbi(): number | "absent" | "disabled" | "refused" {
  const abi = syscall(numbers.createRuleset, 0, 0, 1);
  if (abi > 0) return abi;
  const [ENOSYS, EOPNOTSUPP] = [38, 95];
  const error = errno();
  return error === ENOSYS ? "absent" : error === EOPNOTSUPP ? "disabled" : "refused";
}

/** Denies everything that no rule allows, including TCP if `refusesTcp` is set. */
export function createRuleset(abi: number, refusesTcp: boolean): number {
  // The number of fields that this ABI knows.
  const fields = abi >= 6 ? 3 : abi >= 4 ? 2 : 1;
  const attributes = new BigUint64Array([knownRights(abi), refusesTcp ? tcpRights : 0n, scopes]).slice(0, fields);
  return must("make Landlock rules", syscall(numbers.createRuleset, ptr(attributes), fields * 8, 0));
}

export function allow(ruleset: number, descriptor: number, rights: bigint): void {
  const rule = new DataView(new ArrayBuffer(12));
  rule.setBigUint64(0, rights, true);
  rule.setInt32(8, descriptor, true);
  const pathBeneath = 1;
  must("add a Landlock rule", syscall(numbers.addRule, ruleset, pathBeneath, ptr(rule), 0));
}

/** From now on the rules apply to this thread and to what it starts. */
export const restrict = (ruleset: number): void =>
  void must("apply Landlock rules", syscall(numbers.restrictSelf, ruleset, 0));

/** The same for a compiled filter of system calls. */
export function applyFilter(filter: Uint8Array): void {
  const program = new DataView(new ArrayBuffer(16));
  program.setUint16(0, filter.length / 8, true);
  program.setBigUint64(8, BigInt(ptr(filter)), true);
  const filterMode = 2;
  must("apply a seccomp filter", prctl(options.seccomp, filterMode, ptr(program)));
}

/** No program that is started from now on gains privileges. */
export function refusePrivileges(): void {
  must("set no_new_privs", prctl(options.noNewPrivileges, 1));
  const clearAll = 4;
  prctl(options.ambient, clearAll);
  // Dropping one requires a capability. Without it, no_new_privs keeps the rest from coming back.
  for (let capability = 0; prctl(options.dropBounding, capability) === 0; capability += 1);
  const version3 = 0x2008_0522;
  const header = new Uint32Array([version3, 0]);
  must("drop every capability", syscall(capset, ptr(header), ptr(new Uint32Array(6))));
}

/** The kernel kills this process when its parent ends. */
export function dieWithParent(): void {
  const SIGKILL = 9;
  must("follow the parent's end", prctl(options.deathSignal, SIGKILL));
}

/** Sets a limit of this process and its children. False if it may not be raised. */
export const setLimit = (resource: number, soft: bigint, hard: bigint): boolean =>
  syscall(prlimit64, 0, resource, ptr(new BigUint64Array([soft, hard])), 0) === 0;
