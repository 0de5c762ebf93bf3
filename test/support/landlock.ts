import { writeFileSync } from "node:fs";
import { landlockAbi } from "../../src/backends/landlock/kernel.ts";

/** Why no landlock bottle can be made here, in a line; undefined where one can. */
export const whyNoLandlock: string | undefined = (() => {
  if (process.platform !== "linux") return "landlock needs Linux";
  const abi = landlockAbi();
  return typeof abi === "string" ? `Landlock is ${abi} in this kernel` : undefined;
})();

/** The kernel's answers where it has no Landlock, where it was left out at boot, and where a container forbids it. */
const errors = { absent: 38, disabled: 95, refused: 1 } as const;

/** Before a command, which bubblewrap then runs on this machine as it is, but without Landlock; the filter is written into `directory`. */
export function withoutLandlock(directory: string, why: keyof typeof errors): string[] {
  const file = `${directory}/no-landlock`;
  const createRuleset = 444;
  const program = [[0x20, 0, 0, 0], [0x15, 0, 1, createRuleset], [0x06, 0, 0, 0x5_0000 | errors[why]], [0x06, 0, 0, 0x7fff_0000]] as const; // prettier-ignore
  const view = new DataView(new ArrayBuffer(program.length * 8));
  program.forEach(([code, ifTrue, ifFalse, value], line) => {
    view.setUint16(line * 8, code, true);
    view.setUint8(line * 8 + 2, ifTrue);
    view.setUint8(line * 8 + 3, ifFalse);
    view.setUint32(line * 8 + 4, value, true);
  });
  writeFileSync(file, view);
  const bwrap = Bun.which("bwrap") ?? "bwrap";
  return ["/bin/sh", "-c", 'exec 9<"$1"; shift; exec "$@"', "sh", file, bwrap, "--dev-bind", "/", "/", "--seccomp", "9", "--"]; // prettier-ignore
}
