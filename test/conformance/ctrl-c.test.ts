// Ctrl-C in an exec on a terminal, in the sandboxes of this machine's own kernel. About three seconds.
import { expect, test } from "bun:test";
import { whyNoBubblewrap } from "../support/bubblewrap.ts";
import { whyNoLandlock } from "../support/landlock.ts";
import { Screen } from "../support/screen.ts";
import { Home, tool } from "../support/tool.ts";

const sandboxes = [
  ["bubblewrap", whyNoBubblewrap],
  ["landlock", whyNoLandlock],
] as const;
for (const [name, whyNot] of sandboxes) if (whyNot) console.log(`Ctrl-C in ${name} skipped: ${whyNot}`);

const commands = [
  ["a handler runs, and its status counts", `trap 'echo handled; exit 7' INT; echo ready; while :; do sleep 0.1; done`, /handled\nstatus 7$/],
  ["a command that ignores it goes on", `trap '' INT; echo ready; read -r line; echo "[$line]"; exit 9`, /\[on\]\nstatus 9$/],
  ["a command without a handler dies of it", "echo ready; sleep 100; echo on", /\^C\s*status 130$/],
] as const; // prettier-ignore

test.each(sandboxes)("%s", async (backend, whyNot) => {
  if (whyNot) return;
  using home = new Home();
  home.settings(`[bottle]\nbackend = "${backend}"\n[network]\nmode = "open"\n`);
  home.manifest("");
  expect((await home.run(["exec", "--", "true"])).code).toBe(0);
  for (const [title, command, ending] of commands) {
    const words = [...tool, "exec", "--", "sh", "-c", command];
    const script = '"$@"; echo "status $?"';
    await using screen = new Screen(["bash", "-c", script, "bash", ...words], { cwd: home.project, env: home.env });
    await screen.until("ready");
    screen.press("\x03");
    await screen.until("^C");
    if (title.includes("goes on")) screen.press("on\r");
    await screen.until(ending);
  }
  await home.run(["rm", "--force"]);
}, 60_000); // prettier-ignore
