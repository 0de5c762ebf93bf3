import { readText } from "../../system/files.ts";
import { byHand, well, type Finding } from "../finding.ts";
import { relevance, type Facts } from "../facts.ts";

const systems = { linux: "Linux", darwin: "macOS" } as const;

/** smolvm's own finding says the same where smolvm is installed. */
export function checkKvm(facts: Facts): Finding[] {
  const { system, kvm } = facts;
  const id = "kvm";
  if (system.platform !== "linux") return [];
  if (!kvm) return [well(id, "/dev/kvm may be opened")];
  return [{ id, ...relevance(facts, "smolvm"), what: kvm.message, fix: byHand(kvm.hint ?? "") }];
}

export function checkHost({ system }: Facts): Finding[] {
  const distribution = /^PRETTY_NAME="?([^"\n]*)/m.exec(readText("/etc/os-release") ?? "")?.[1];
  const words = [`${systems[system.platform]} ${system.kernel}`, process.arch, distribution];
  return [well("host", words.filter(Boolean).join(", "))];
}
