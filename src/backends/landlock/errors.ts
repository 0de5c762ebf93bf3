import { UserError } from "../../errors.ts";
import { printable } from "../../lib/quote.ts";
import type { Probe } from "../backend.ts";

type Unusable = Extract<Probe, { usable: false }>;

export const needsLinux: Unusable = {
  usable: false,
  reason: "landlock needs Linux",
  hint: "use smolvm or docker: claude-bottle doctor",
};

/** By the reason for which the kernel has no Landlock. */
export const noLandlock: Readonly<Record<"absent" | "disabled" | "refused", Unusable>> = {
  absent: {
    usable: false,
    reason: "this kernel has no Landlock",
    hint: "use Linux 5.13 or newer, built with CONFIG_SECURITY_LANDLOCK",
  },
  disabled: {
    usable: false,
    reason: "Landlock is disabled on this machine",
    hint: 'add "landlock" to the lsm= list of the kernel command line, and restart the machine',
  },
  refused: {
    usable: false,
    reason: "the container that this runs in forbids Landlock",
    hint: "update its engine: the default seccomp profile of docker 23 and podman 4 allows Landlock",
  },
};

export const rulesFailed = (said: string): Unusable => ({
  usable: false,
  reason: `Landlock cannot be applied here: ${said}`,
  hint: "run claude-bottle on the machine itself, not in a container",
});

export const movedMount = (source: string, target: string) =>
  new UserError(
    `landlock shows a mount at its own path only, so "${printable(source)}" cannot be "${printable(target)}" in the bottle`,
    {
      hint: `leave out target, or choose another backend: claude-bottle doctor`,
    },
  );

export const noAgent = () =>
  new UserError("landlock closes every unix socket, so a bottle cannot use your ssh agent", {
    hint: "leave out bottle.ssh-agent, or choose another backend: claude-bottle doctor",
  });

export const stepFailed = (doing: string, said: string) =>
  new UserError(`cannot ${doing}: ${said}`, { hint: "claude-bottle doctor" });

/** What a kernel with this ABI cannot deny, and a newer one can. */
export function missingIn(abi: number): string | undefined {
  if (abi >= 6) return undefined;
  const lacks = [
    "keep a bottle from signalling your processes",
    ...(abi < 5 ? ["refuse device control"] : []),
    ...(abi < 2 ? ["let a bottle move a file to another directory"] : []),
  ];
  return `this kernel's Landlock (ABI ${abi}) cannot ${lacks.join(" or ")}`;
}
