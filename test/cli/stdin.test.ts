// A session without a terminal: what stands on stdin is the command's own, whatever it is.
import { writeFileSync } from "node:fs";
import { expect, test } from "bun:test";
import { Home, tool } from "../support/tool.ts";

const agent = `[bottle]
backend = "smolvm"
agent = "reader"
[agents.reader]
command = "sh"
args = ["-c", "if [ -t 0 ]; then echo a terminal; else cat; fi"]
`;

const shell = 'exec "$0" "$@"';

test.each([
  ["a pipe", `printf 'piped\\n' | ${shell}`, "piped\n"],
  ["a file", `${shell} < note`, "from a file\n"],
  ["/dev/null", `${shell} < /dev/null`, ""],
  ["closed", `${shell} <&-`, ""],
])("an agent that is started with %s on stdin reads that to its end", async (_, script, stdout) => {
  using home = new Home();
  home.settings(agent);
  writeFileSync(`${home.project}/note`, "from a file\n");
  const child = Bun.spawn(["/bin/sh", "-c", script, ...tool, "run"], {
    cwd: home.project,
    env: home.env,
    stdout: "pipe",
    stderr: "pipe",
  });
  expect(await home.finish(child as never)).toMatchObject({ stdout, code: 0 });
});
