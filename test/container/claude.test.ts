import { expect } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { startStubApi } from "../support/claude/stub-api.ts";
import { Screen } from "../support/screen.ts";
import { tool } from "../support/tool.ts";
import { minute, onEngine, usePodman } from "./stage.ts";

usePodman();

const key = "sk-ant-api03-offline-0123456789-abcdefghij";

onEngine(
  "podman",
  "the real Claude Code of the template answers a prompt, follows the terminal, and reads nothing of the host",
  "[bottle]",
  async (project) => {
    const stub = startStubApi({ marker: "STUB" });
    try {
      const env = { ...project.env, ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: stub.url };
      const print = await project.run(["exec", "--", "claude", "-p", "hello"], { env });
      expect([print.stdout, print.code]).toEqual(["STUB: hello\n", 0]);

      await using screen = new Screen([...tool, "run"], { cwd: project.project, env, columns: 100, rows: 30 });
      await screen.until(/^❯/m, minute);
      screen.press("say it");
      await screen.until(/❯\ssay it/);
      screen.press("\r");
      await screen.until("STUB: say it", minute);
      screen.resize(70, 20);
      expect(await project.sh("for tty in /dev/pts/[0-9]*; do stty -F $tty size; done", { env })).toContain("20 70");

      const home = `${project.folder}/home`;
      const tempting = [".ssh/id_ed25519", ".aws/credentials", ".netrc", ".docker/config.json", ".kube/config", ".config/gh/hosts.yml", ".config/gcloud/credentials.db", ".gnupg/secring.gpg", ".npmrc", ".pypirc", ".git-credentials", ".bash_history", ".claude/.credentials.json", ".local/share/keyrings/login.keyring", "other-project/.env"].map((path) => `${home}/${path}`); // prettier-ignore
      for (const path of tempting) {
        mkdirSync(path.replace(/\/[^/]*$/, ""), { recursive: true });
        writeFileSync(path, "tempting");
      }
      const system = [
        "/var/run/docker.sock",
        "/run/podman/podman.sock",
        `${project.folder}/state`,
        "/root/.ssh",
        `/proc/${process.pid}/environ`,
      ];
      const script = 'for path; do [ -e "$path" ] && echo "$path"; done; grep -c CONTAINERS /proc/1/environ';
      const { stdout } = await project.run(["exec", "--", "sh", "-c", script, "sh", ...tempting, ...system], { env });
      expect(stdout).toBe("0\n");
    } finally {
      await stub.stop();
    }
  },
  6 * minute,
);
