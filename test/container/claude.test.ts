import { expect } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { shellLine } from "../../src/lib/quote.ts";
import { startStubApi } from "../support/claude/stub-api.ts";
import { Pane } from "../support/pane.ts";
import { Screen } from "../support/screen.ts";
import { tool } from "../support/tool.ts";
import { minute, onEngine, usePodman } from "./stage.ts";

usePodman();

const key = "sk-ant-api03-offline-0123456789-abcdefghij";

onEngine(
  "podman",
  "the real Claude Code of the template answers in tmux, follows the size, and reads nothing of the host",
  "[bottle]",
  async (project) => {
    const stub = startStubApi({ marker: "STUB" });
    try {
      const env = { ...project.env, ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: stub.url };
      const print = await project.run(["exec", "--", "claude", "-p", "hello"], { env });
      expect([print.stdout, print.code]).toEqual(["STUB: hello\n", 0]);

      using pane = new Pane([...tool, "run"], { cwd: project.project, env });
      await pane.until(/^❯/m, minute);
      await pane.prompt("say it");
      await pane.until(/STUB: say it/, minute);
      for (const columns of [60, 120]) await pane.followsWidth(columns);
      await pane.prompt("once more");
      await pane.until(/STUB: once more/);

      const home = `${project.directory}/home`;
      const tempting = [".ssh/id_ed25519", ".aws/credentials", ".netrc", ".docker/config.json", ".kube/config", ".config/gh/hosts.yml", ".config/gcloud/credentials.db", ".gnupg/secring.gpg", ".npmrc", ".pypirc", ".git-credentials", ".bash_history", ".claude/.credentials.json", ".local/share/keyrings/login.keyring", "other-project/.env"].map((path) => `${home}/${path}`); // prettier-ignore
      for (const path of tempting) {
        mkdirSync(path.replace(/\/[^/]*$/, ""), { recursive: true });
        writeFileSync(path, "tempting");
      }
      const system = [
        "/var/run/docker.sock",
        "/run/podman/podman.sock",
        `${project.directory}/state`,
        "/root/.ssh",
        `/proc/${process.pid}/environ`,
      ];
      expect(tempting.length + system.length).toBeGreaterThanOrEqual(20);
      const script = 'for path; do [ -e "$path" ] && echo "$path"; done; grep -c CONTAINERS /proc/1/environ';
      const { stdout } = await project.run(["exec", "--", "sh", "-c", script, "sh", ...tempting, ...system], { env });
      expect(stdout).toBe("0\n");

      // Another bottle of the same user.
      const other = `${project.directory}/home/other`;
      mkdirSync(other);
      await project.run(["exec", "--", "sh", "-c", "echo secret >~/mine"], { env, cwd: other });
      expect(
        await project.sh(
          "find / -xdev -name mine 2>/dev/null; ls -d /var/lib/containers /var/cache/claude-bottle 2>/dev/null; :",
          { env },
        ),
      ).toBe("");
      await project.run(["rm", "--force"], { env, cwd: other });
      expect(await project.sh(`kill -0 ${process.pid} 2>/dev/null && echo reached; :`, { env })).toBe("");

      // TIOCSTI, in perl's and in the kernel's numbers: what it types is for the bottle's own terminal at the most.
      await using screen = new Screen(["bash", "--norc"], { cwd: project.project, env: { ...env, PS1: "outer> " } });
      await screen.until("outer>");
      const inject = `perl -e 'ioctl(STDIN, 0x5412, $_) for split //, "echo injected\\n"'`;
      screen.press(`${shellLine([...tool, "shell", "--", "sh", "-c", inject])}; echo status $?\r`);
      await screen.until(/^status \d/m);
      screen.press("echo still $((40 + 2))\r");
      await screen.until("still 42");
      expect(screen.text).not.toMatch(/^injected$/m);
    } finally {
      await stub.stop();
    }
  },
  6 * minute,
);

onEngine(
  "docker",
  "the first run in a project asks nothing before Claude's prompt, and Claude answers",
  "[bottle]",
  async (project) => {
    const stub = startStubApi({ marker: "STUB" });
    try {
      const env = { ...project.env, ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: stub.url };
      using pane = new Pane([...tool, "run"], { cwd: project.project, env });
      // A question's own mark, with a choice behind it, would be the first.
      await pane.until(/^.?❯/m, 2 * minute);
      expect(pane.text).not.toMatch(/❯ *\d|Enter to|Esc to|Yes/);
      await pane.prompt("say it");
      await pane.until(/STUB: say it/, minute);
    } finally {
      await stub.stop();
    }
  },
  5 * minute,
);
