import { readText } from "../system/files.ts";
import { well, type Finding } from "./finding.ts";
import type { Facts } from "./facts.ts";

const systems = { linux: "Linux", darwin: "macOS" } as const;

export function checkHost({ system }: Facts): Finding[] {
  const distribution = /^PRETTY_NAME="?([^"\n]*)/m.exec(readText("/etc/os-release") ?? "")?.[1];
  const words = [`${systems[system.platform]} ${system.kernel}`, process.arch, distribution];
  return [well("host", words.filter(Boolean).join(", "))];
}
