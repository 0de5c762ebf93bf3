// Compiles a table of denied calls to a seccomp filter in the kernel's classic BPF.

export type Architecture = "x64" | "arm64";

/** The numbers on x86_64 and arm64; undefined if the architecture does not have the call. */
const calls = {
  socket: [41, 198], socketpair: [53, 199], ioctl: [16, 29], kill: [62, 129], truncate: [76, 45],
  add_key: [248, 217], request_key: [249, 218], keyctl: [250, 219],
  setrlimit: [160, 164], prlimit64: [302, 261],
  io_uring_setup: [425, 425], io_uring_enter: [426, 426], io_uring_register: [427, 427],
  shmget: [29, 194], shmctl: [31, 195], shmat: [30, 196], semget: [64, 190], semctl: [66, 191], semop: [65, 193], semtimedop: [220, 192],
  msgget: [68, 186], msgctl: [71, 187], msgrcv: [70, 188], msgsnd: [69, 189], mq_open: [240, 180], mq_unlink: [241, 181],
} as const satisfies Record<string, readonly [x64: number, arm64: number]>; // prettier-ignore
export type Call = keyof typeof calls;

const audits: Record<Architecture, number> = { x64: 0xc000003e, arm64: 0xc00000b7 };

/** True if the low half of the argument (or its `high` half), masked, is (`in`) or is not (`notIn`) one of these values. */
export type Condition = { readonly argument: number; readonly high?: true; readonly mask?: number } & (
  { readonly in: readonly number[] } | { readonly notIn: readonly number[] }
);

/** By call: denied if all conditions of one of its lists are true. An empty list denies the call for any arguments. */
export type Denied = Readonly<Partial<Record<Call, readonly (readonly Condition[])[]>>>;

/** Numbers from here on belong to x32, the 32-bit variant of x86_64, which would bypass the filter. */
const x32 = 0x4000_0000;
/** Offsets in the kernel's `struct seccomp_data`. */
const offsets = { number: 0, architecture: 4, arguments: 16 };
const code = { load: 0x20, and: 0x54, jumpIfEqual: 0x15, jumpIfNotLess: 0x35, return: 0x06 };
const verdict = { allow: 0x7fff_0000, deny: 0x0005_0001, kill: 0x8000_0000 };

type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, value: number];
const load = (offset: number): Instruction => [code.load, 0, 0, offset];
const end = (value: number): Instruction => [code.return, 0, 0, value];

/** A denied call returns EPERM. A program of another architecture (i386 on x86_64) is killed, because its numbers mean other calls. */
export function compileFilter(architecture: Architecture, denied: Denied): Uint8Array {
  const column = architecture === "x64" ? 0 : 1;
  const blocks = Object.entries(denied).flatMap(([call, lists]) => block(calls[call as Call][column], lists));
  return encode([
    load(offsets.architecture),
    [code.jumpIfEqual, 1, 0, audits[architecture]],
    end(verdict.kill),
    load(offsets.number),
    [code.jumpIfNotLess, 0, 1, x32],
    end(verdict.deny),
    ...blocks,
    end(verdict.allow),
  ]);
}

/** The kernel caches the result of calls that do not depend on arguments, and runs the filter only for the others. */
function block(number: number, lists: readonly (readonly Condition[])[]): Instruction[] {
  const body = [...lists.flatMap(denial), end(verdict.allow)];
  return [[code.jumpIfEqual, 0, body.length, number], ...body];
}

/** Returns a denial, or falls through if a condition is false. */
function denial(conditions: readonly Condition[]): Instruction[] {
  return conditions.reduceRight<Instruction[]>((rest, condition) => [...test(condition, rest.length), ...rest], [end(verdict.deny)]);
} // prettier-ignore

/** Jumps over the next `past` instructions if the condition is false. */
function test({ argument, high, mask, ...listed }: Condition, past: number): Instruction[] {
  const values = "in" in listed ? listed.in : listed.notIn;
  const jumps = values.map((value, index): Instruction => {
    const left = values.length - 1 - index;
    if ("in" in listed) return [code.jumpIfEqual, left, left === 0 ? past : 0, value];
    return [code.jumpIfEqual, left + past, 0, value];
  });
  return [
    load(offsets.arguments + 8 * argument + (high ? 4 : 0)),
    ...(mask === undefined ? [] : [[code.and, 0, 0, mask] as const]),
    ...jumps,
  ];
}

function encode(program: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * 8);
  const view = new DataView(bytes.buffer);
  program.forEach(([operation, ifTrue, ifFalse, value], line) => {
    view.setUint16(line * 8, operation, true);
    view.setUint8(line * 8 + 2, ifTrue);
    view.setUint8(line * 8 + 3, ifFalse);
    view.setUint32(line * 8 + 4, value, true);
  });
  return bytes;
}

/** With these (TIOCSTI, TIOCLINUX) a program types into its terminal, before Linux 6.2 and on later kernels that allow it. */
export const terminalInput: Denied = { ioctl: [[{ argument: 1, in: [0x5412, 0x541c] }]] };

/** The session's keyring, which no namespace hides, may hold secrets of the host. */
export const keyrings: Denied = { add_key: [[]], request_key: [[]], keyctl: [[]] };
