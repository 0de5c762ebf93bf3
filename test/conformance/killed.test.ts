// A session in bubblewrap that is killed outright as its sandbox comes to be. About a second.
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { whyNoBubblewrap } from "../support/bubblewrap.ts";
import { Screen } from "../support/screen.ts";
import { Home, tool, until } from "../support/tool.ts";

const whyNot = whyNoBubblewrap;
if (whyNot) console.log(`a session killed in bubblewrap skipped: ${whyNot}`);

/** bubblewrap ties the sandbox to the life of its parent, which is gone by then. */
const killFirst = (directory: string) => `
case $* in *command-of-the-session*) ;; *) exec /usr/bin/bwrap "$@" ;; esac
kill -9 $PPID
/usr/bin/bwrap "$@"
touch '${directory}/ended'`;

test.skipIf(whyNot !== undefined).each([
  ["without a terminal", "exec"],
  ["on a terminal", "shell"],
])("its command does not start, %s", async (_, verb) => {
  using home = new Home();
  home.settings('[bottle]\nbackend = "bubblewrap"\n[network]\nmode = "off"\n');
  home.manifest("");
  home.program("bwrap", killFirst(home.directory));
  await home.run(["exec", "--", "true"]);
  const words = [...tool, verb, "--", "sh", "-c", "echo command-of-the-session >started"];
  const screen = verb === "shell" ? new Screen(["bash", "--norc"], { cwd: home.project, env: home.env }) : undefined;
  if (screen) screen.press(`${words.map((word) => `'${word}'`).join(" ")}\r`);
  else await home.run(words.slice(tool.length));
  await until(() => existsSync(`${home.directory}/ended`));
  expect(existsSync(`${home.project}/started`)).toBe(false);
  await screen?.[Symbol.asyncDispose]();
}, 30_000); // prettier-ignore
