import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

export const hostSecret = "a-secret-of-the-host";

/** What lies in a home that an agent has no business with, and is there for everybody else. */
const inHome = [
  ".ssh/id_ed25519", ".aws/credentials", ".config/gh/hosts.yml", ".netrc", ".npmrc", ".docker/config.json", ".kube/config", ".gnupg/key",
  ".bash_history", ".claude/.credentials.json", ".local/state/claude-bottle/secret", "other-project/.env", ".git-credentials", ".pgpass",
]; // prettier-ignore
const elsewhere = [
  "/etc/shadow", "/etc/ssh/ssh_host_ed25519_key", "/etc/sudoers", "/root/.ssh/id_rsa", "/var/run/docker.sock", "/run/docker.sock",
  "/var/lib/dpkg/status", "/var/log/dpkg.log", "/sys/kernel/security", "/proc/kcore", "/dev/mem", "/dev/kvm", "/dev/sda", "/boot", "/mnt",
]; // prettier-ignore

/** Puts a secret into the files of that home, and answers all the paths that a bottle may not read. */
export function tempt(home: string): string[] {
  const paths = inHome.map((name) => `${home}/${name}`);
  for (const path of paths) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, hostSecret);
    chmodSync(path, 0o644);
  }
  return [...paths, ...elsewhere];
}
