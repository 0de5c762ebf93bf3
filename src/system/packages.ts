import type { System } from "./system.ts";

const managers = [
  ["apt-get", "sudo apt-get install"],
  ["dnf", "sudo dnf install"],
  ["pacman", "sudo pacman -S"],
  ["zypper", "sudo zypper install"],
  ["apk", "sudo apk add"],
] as const;

/** The command that installs a package with this machine's package manager. */
export function installCommand({ platform, which }: Pick<System, "platform" | "which">, name: string): string {
  if (platform === "darwin") return `brew install ${name}`;
  const manager = managers.find(([program]) => which(program));
  return manager ? `${manager[1]} ${name}` : `install ${name} with the system's package manager`;
}
