import { readText } from "../system/files.ts";
import { byHand } from "./fix.ts";
import { well, type Finding } from "./finding.ts";
import type { Facts } from "./facts.ts";

const systems = { linux: "Linux", darwin: "macOS" } as const;

/** smolvm's own finding says the same where smolvm is installed. */
export function checkKvm({ system, kvm, backend }: Facts): Finding[] {
  const id = "kvm";
  if (system.platform !== "linux") return [];
  if (!kvm) return [well(id, "/dev/kvm may be opened")];
  const isNeeded = backend === undefined || backend === "smolvm";
  return [
    {
      id,
      level: isNeeded ? "error" : "note",
      what: kvm.message,
      why: isNeeded ? "a bottle here needs it" : `not needed here: bottles are made on ${backend}`,
      fix: byHand(kvm.hint ?? ""),
    },
  ];
}

export function checkHost({ system }: Facts): Finding[] {
  const distribution = /^PRETTY_NAME="?([^"\n]*)/m.exec(readText("/etc/os-release") ?? "")?.[1];
  const words = [`${systems[system.platform]} ${system.kernel}`, process.arch, distribution];
  return [well("host", words.filter(Boolean).join(", "))];
}
