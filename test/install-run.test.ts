// install.sh --run: the first session.
import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { install, ReleaseSite } from "./support/release-site.ts";
import { Screen } from "./support/screen.ts";

setDefaultTimeout(60_000);

/** Says its version and how it was started, and reads a line as a question does. */
const program = `#!/bin/sh
if [ "$1" = --version ]; then echo claude-bottle 1.2.3; exit; fi
echo "started: $*"
read -r answer
echo "answer: [$answer]"
`;
const tools = ["sh", "bash", "uname", "ldd", "grep", "mktemp", "curl", "awk", "sed", "dirname", "basename", "mkdir", "tar", "gzip", "rm", "cp", "chmod", "cut", "sha256sum", "id", "mv", "cat", "rmdir", "ln", "date"]; // prettier-ignore

/** Neither a backend nor a package manager. */
function bare(site: ReleaseSite): string {
  const bin = `${site.directory}/bin`;
  mkdirSync(bin);
  for (const name of tools) {
    const found = Bun.which(name);
    if (found) symlinkSync(found, `${bin}/${name}`);
  }
  site.publish("1.2.3", { program });
  return bin;
}

const environment = (site: ReleaseSite, path: string) => ({
  PATH: path,
  HOME: site.home,
  TMPDIR: site.directory,
  TERM: "xterm-256color",
  CLAUDE_BOTTLE_BASE_URL: site.base,
});

test("--run starts a session without root and without a package, and says what bubblewrap would add", async () => {
  using site = new ReleaseSite();
  const child = Bun.spawn(["sh", install, "--run"], { env: environment(site, bare(site)), cwd: site.directory, stdin: "ignore", stdout: "pipe" }); // prettier-ignore
  const lines = (await new Response(child.stdout).text()).replaceAll(site.directory, "~").split("\n");
  expect(lines).toEqual([
    "installed claude-bottle 1.2.3 as ~/my home/.local/bin/claude-bottle",
    'add it to your PATH: export PATH="~/my home/.local/bin:$PATH"',
    "no bubblewrap here: a session then reaches all of the network, and has no background sessions",
    "  for a list of hosts: install bubblewrap with the system's packages",
    "starting: claude-bottle run --accept-weaker",
    "started: run --accept-weaker",
    "answer: []",
    "",
  ]);
  expect(await child.exited).toBe(0);
});

test("--run leaves a line that was pasted after it to the shell", async () => {
  using site = new ReleaseSite();
  const path = bare(site);
  await using screen = new Screen(["sh", "-i"], { cwd: site.directory, env: environment(site, path) });
  screen.press(`sh '${install}' --run\necho the next $((40 + 2))\n`);
  await screen.until("the next 42");
  expect(screen.text).toContain("not started: the lines that you pasted after this one are for your shell");
  expect(screen.text).not.toContain("started: run");
});

test("--run asks on the terminal where nothing was pasted, from a file and out of a pipe", async () => {
  using site = new ReleaseSite();
  const path = bare(site);
  for (const command of [`sh '${install}' --run`, `cat '${install}' | sh -s -- --run`]) {
    await using screen = new Screen(["sh", "-c", command], { cwd: site.directory, env: environment(site, path) });
    await screen.until("started: run --accept-weaker");
    screen.press("yes\r");
    await screen.until("answer: [yes]");
  }
});
