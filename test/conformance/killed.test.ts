// A session in bubblewrap whose holder is killed outright as it is about to start. About a second.
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { whyNoBubblewrap } from "../support/bubblewrap.ts";
import { Screen } from "../support/screen.ts";
import { Home, tool, until } from "../support/tool.ts";

if (whyNoBubblewrap) console.log(`a session killed in bubblewrap skipped: ${whyNoBubblewrap}`);

test.skipIf(whyNoBubblewrap !== undefined).each([
  ["without a terminal", "exec"],
  ["on a terminal", "shell"],
])("its command does not go on, %s", async (_, verb) => {
  using home = new Home();
  home.settings('[bottle]\nbackend = "bubblewrap"\n[network]\nmode = "off"\n');
  home.manifest("");
  await home.run(["exec", "--", "true"]);

  const command = "while :; do date +%N >beat; sleep 0.05; done";
  const words = [...tool, verb, "--", "sh", "-c", command];
  const screen = verb === "shell" ? new Screen(words, { cwd: home.project, env: home.env }) : undefined;
  const child = screen?.process ?? Bun.spawn(words, { cwd: home.project, env: home.env, stdio: ["ignore", "ignore", "ignore"] });
  await until(() => existsSync(`${home.project}/beat`));
  child.kill("SIGKILL");
  await child.exited;
  const beat = () => Bun.file(`${home.project}/beat`).text();
  await until(async () => {
    const before = await beat();
    await Bun.sleep(400);
    return before === (await beat());
  });
  await screen?.[Symbol.asyncDispose]();
  await home.run(["stop", "--force"]);
}, 30_000); // prettier-ignore
