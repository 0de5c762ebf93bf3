import { Unusable, UserError } from "../../errors.ts";
import { printable } from "../../lib/quote.ts";
import type { Run } from "../../system/system.ts";

/** smolvm's own words for a failure. The code is empty if the output is not JSON. */
export function failureOf({ stdout, stderr }: Run): { code: string; message: string } {
  // Warnings may precede the JSON line.
  for (const line of stderr.trim().split("\n").reverse()) {
    try {
      const { error } = JSON.parse(line);
      if (typeof error?.message === "string")
        return { code: String(error.code ?? ""), message: Bun.stripANSI(error.message) };
    } catch {
      continue;
    }
  }
  return { code: "", message: stderr.trim().replace(/^Error: /, "") || stdout.trim() };
}

type Rule = readonly [fragment: RegExp, message: string, hint: string];

const rules: readonly Rule[] = [
  [
    /kvm permission denied|\/dev\/kvm.*[Pp]ermission/,
    "you may not open /dev/kvm",
    "sudo usermod -aG kvm $USER, then log in again",
  ],
  [
    /kvm not available|\/dev\/kvm/,
    "this machine has no usable /dev/kvm",
    "enable virtualization in the firmware (and nested virtualization in a virtual machine)",
  ],
  [/[Nn]o space left/, "no space left on device", "free some disk space, for example by claude-bottle rm"],
  [/agent rootfs not found|library load failed/, "this installation of smolvm is broken", "reinstall smolvm"],
];

export const noBoot = (words: string): Unusable =>
  new Unusable(`/dev/kvm is there, but no microVM boots on it: ${printable(words)}`, {
    hint: "enable nested virtualization for this machine; claude-bottle run --backend smolvm tries again",
  });

/** `doing`: the action, such as "make bottle x". */
export function smolvmError(doing: string, run: Run): UserError {
  const { message } = failureOf(run);
  const rule = rules.find(([fragment]) => fragment.test(message));
  const words = printable(message.replaceAll("\n", ": "));
  return rule
    ? new UserError(`cannot ${doing}: ${rule[1]}`, { hint: rule[2] })
    : new UserError(`cannot ${doing}: smolvm says: ${words || `nothing, and ends with status ${run.code}`}`);
}

export const unknownForm = (machine: string): UserError =>
  new UserError(`smolvm describes machine "${machine}" in an unknown format`, { hint: "smolvm --version" });

export const notInstalled = (install: string): UserError =>
  new UserError("smolvm, which runs the microVMs, is not installed", { hint: `install it: ${install}` });

export const otherSmolvm = (program: string, install: string): UserError =>
  new UserError(`"${program}" is another program that is also called smolvm`, {
    hint: `install the one that runs microVMs, and put it first in PATH: ${install}`,
  });

export const tooOld = (version: string, minimum: string, install: string): UserError =>
  new UserError(`smolvm ${version} is too old: ${minimum} or newer is needed`, { hint: `upgrade it: ${install}` });

/** `command`: what was asked. */
export const noAnswer = (command: string): UserError =>
  new UserError("smolvm does not answer", { hint: `to see why: ${command}` });
