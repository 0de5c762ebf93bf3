// The real Claude Code in bottles of bubblewrap, without a terminal. About a minute.
import { test } from "bun:test";
import { symlinkSync } from "node:fs";
import { tellBackgroundStory } from "../support/background.ts";
import { whyNoOwnProc } from "../support/bubblewrap.ts";
import { realClaude, whyNoClaude } from "../support/claude/claude.ts";
import { Home } from "../support/tool.ts";
import { kinds } from "./place.ts";

const reasons = kinds.filter(({ name }) => name.startsWith("bubblewrap as")).map(({ whyNot }) => whyNot);
const whyNot = (reasons.every(Boolean) ? reasons[0] : undefined) ?? whyNoOwnProc() ?? whyNoClaude() ?? (Bun.which("tmux") ? undefined : "tmux is not installed"); // prettier-ignore
if (whyNot) console.log(`background sessions in bubblewrap skipped: ${whyNot}`);

test.skipIf(whyNot !== undefined)("background sessions outlive every terminal, and are attached, answered and stopped by their numbers", async () => {
  using home = new Home();
  home.settings('[bottle]\nbackend = "bubblewrap"\n[network]\nmode = "open"\n');
  home.manifest("");
  symlinkSync(await realClaude(), `${home.bin}/claude`);
  try {
    await tellBackgroundStory(home);
  } finally {
    await home.run(["rm", "--force"]);
  }
}, 8 * 60_000); // prettier-ignore
