import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { Screen } from "../support/screen.ts";
import { tool } from "../support/tool.ts";
import type { Random } from "./random.ts";

/** Questions that terminals answer, ways to leave a sequence open, and noise. */
const pieces = [
  "\x1b[c", "\x1b[>c", "\x1b[=c", "\x1b[5n", "\x1b[6n", "\x1b[?6n", "\x1b[?996n", "\x1b[18t", "\x1b[14t", "\x1b[?2026$p", "\x1b[4$p", "\x1b[?u", "\x1b[x",
  "\x1bP$qm\x1b\\", "\x1bP$q q\x1b\\", "\x1bP+q544e\x1b\\", "\x1bP>|", "\x1bP", "\x1b]", "\x1b]52;c;?\x07", "\x1b]10;?\x07", "\x1b]11;?\x1b\\", "\x1b]4;1;?\x07", "\x1b]4;1;?",
  "\x05", "\x1bZ", "\x1b[", "\x1b", "\x1b^", "\x1b_", "\x1bX", "\x90", "\x9d", "\x9b6n", "\x1b[?1049h", "\x1b[?1000;1006h", "\x1b[?1004h", "\x1b[5;10r", "\x1b[?6h", "\x1b[999;999H", "\x1b[2J", "\x0e", "\x1b%G",
]; // prettier-ignore

/** Whatever a session writes last, and however late the terminal answers it: the shell that comes next hears nothing of it. */
export async function fuzzLastWords(random: Random, isOver: () => boolean): Promise<number> {
  const home = realpathSync(mkdtempSync(`${tmpdir()}/bottle-fuzz-`));
  const session = [...tool, "pty-resize", "x", "--", "cat", `${home}/last`].map((word) => `'${word}'`).join(" ");
  const script = `${session}; IFS= read -rsn 1 -t 0.5 heard; printf '\\033[!p\\033[2J\\033[Hheard <%q>\\n' "$heard"; read -r`;
  const env = { PATH: process.env.PATH ?? "", HOME: home, TERM: "xterm-256color", TZ: "UTC" };
  try {
    let rounds = 0;
    for (; !isOver(); rounds += 1) {
      const noise = () =>
        random.chance(0.2) ? random.bytes(random.below(40)) : Buffer.from(random.of(pieces), "latin1");
      const last = Buffer.concat(Array.from({ length: 1 + random.below(60) }, noise));
      writeFileSync(`${home}/last`, last);
      await using screen = new Screen(["bash", "-c", script], { cwd: home, env });
      screen.clipboard = "cnVuIG1l";
      screen.answersAfterMs = random.of([0, 1, 20, 200]);
      // By the bytes: what is on the screen may be anything by then.
      const heard = await screen.said(/heard <(.*)>\r\n/);
      if (heard !== "''") throw new Error(`the shell heard ${heard} after ${JSON.stringify(last.toString("latin1"))}`);
    }
    return rounds;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
