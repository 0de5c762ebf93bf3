// The filter that a bottle's processes run under, as the kernel's classic BPF: they share the caller's own terminal and kernel.
// Kernels before 6.2, and later ones that are told so, let a process type into its terminal (TIOCSTI, TIOCLINUX); and the
// session's keyring, which no namespace hides, may hold secrets of the host.

export type Architecture = "x64" | "arm64";

const architectures = {
  x64: { audit: 0xc000003e, ioctl: 16, addKey: 248, requestKey: 249, keyctl: 250 },
  arm64: { audit: 0xc00000b7, ioctl: 29, addKey: 217, requestKey: 218, keyctl: 219 },
} as const satisfies Record<Architecture, object>;

/** From here on the numbers of x86_64 are those of its 32-bit variant x32, which would slip by. */
const x32 = 0x4000_0000;
const forbiddenRequests = { TIOCSTI: 0x5412, TIOCLINUX: 0x541c };

/** Offsets in the kernel's `struct seccomp_data`; of an argument only the low half, which is all that ioctl looks at. */
const offsets = { number: 0, architecture: 4, secondArgument: 24 };
const code = { load: 0x20, jumpIfEqual: 0x15, jumpIfNotLess: 0x35, return: 0x06 };
const verdict = { allow: 0x7fff_0000, deny: 0x0005_0001, kill: 0x8000_0000 };

type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, value: number];

/** Denied is EPERM. A program of another architecture (i386 on x86_64) is killed: its numbers mean other calls. */
export function seccompFilter(architecture: Architecture): Uint8Array {
  const { audit, ioctl, addKey, requestKey, keyctl } = architectures[architecture];
  const load = (offset: number): Instruction => [code.load, 0, 0, offset];
  const program: Instruction[] = [
    load(offsets.architecture),
    [code.jumpIfEqual, 1, 0, audit],
    [code.return, 0, 0, verdict.kill],
    load(offsets.number),
    [code.jumpIfNotLess, 8, 0, x32],
    [code.jumpIfEqual, 7, 0, addKey],
    [code.jumpIfEqual, 6, 0, requestKey],
    [code.jumpIfEqual, 5, 0, keyctl],
    [code.jumpIfEqual, 0, 3, ioctl],
    load(offsets.secondArgument),
    [code.jumpIfEqual, 2, 0, forbiddenRequests.TIOCSTI],
    [code.jumpIfEqual, 1, 0, forbiddenRequests.TIOCLINUX],
    [code.return, 0, 0, verdict.allow],
    [code.return, 0, 0, verdict.deny],
  ];
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
