// Claude Code that is installed while a bubblewrap bottle runs. About three seconds.
import { expect, test } from "bun:test";
import { copyFileSync } from "node:fs";
import { whyNoBubblewrap } from "../support/bubblewrap.ts";
import { Home } from "../support/tool.ts";

const whyNot = whyNoBubblewrap ?? (Bun.which("claude") ? "this machine has Claude Code already" : undefined);
if (whyNot) console.log(`Claude Code that comes later, skipped: ${whyNot}`);

test.skipIf(whyNot !== undefined)(
  "it is there from the next session on in which nothing else runs",
  async () => {
    using home = new Home();
    home.settings('[bottle]\nbackend = "bubblewrap"\n[network]\nmode = "off"\n');
    home.manifest("");
    const inside = async (script: string) => (await home.run(["exec", "--", "sh", "-c", script])).stdout;
    expect(await inside("command -v claude; echo none; exec sleep 1000 >/dev/null 2>&1 </dev/null & exit")).toBe("none\n");
    // A program that is no script stands in for it.
    copyFileSync(Bun.which("true") ?? "/bin/true", `${home.bin}/claude`);
    expect(await inside("command -v claude; echo none; kill -9 -1")).toBe("none\n");
    expect(await inside("command -v claude")).toBe("/opt/claude-bottle/bin/claude\n");
  },
  60_000,
); // prettier-ignore
