import { readText } from "../../system/files.ts";
import { manualFix, ok, type Finding } from "../finding.ts";
import { relevance, type Facts } from "../facts.ts";

const systems = { linux: "Linux", darwin: "macOS" } as const;

/** With smolvm installed, the finding for smolvm says the same. */
export function checkKvm(facts: Facts): Finding[] {
  const { system, kvm } = facts;
  const id = "kvm";
  if (system.platform !== "linux") return [];
  if (!kvm) return [ok(id, "/dev/kvm can be opened")];
  return [{ id, ...relevance(facts, "smolvm"), what: kvm.message, fix: manualFix(kvm.hint ?? "") }];
}

export function checkHost({ system }: Facts): Finding[] {
  const distribution = /^PRETTY_NAME="?([^"\n]*)/m.exec(readText("/etc/os-release") ?? "")?.[1];
  const words = [`${systems[system.platform]} ${system.kernel}`, process.arch, distribution];
  return [ok("host", words.filter(Boolean).join(", "))];
}
