import { expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { hangupArgv } from "./guest.ts";

const id = "181b7274-3798-410a-b1e6-689edde3db26";
const note = (event: string) => `mark\n1\n{"session_id":"${id}","hook_event_name":"${event}"}\n`;
const goOn = "Continue from where you left off. The terminal of this session was closed.";

const rows: [what: string, made: { note?: string; transcript?: string; status: number; terminal?: boolean }, expected: string | undefined][] = [
  ["a turn was under way", { note: note("UserPromptSubmit"), status: 129 }, `--bg --model a b --resume ${id} ${goOn} mark=none`],
  ["a turn had ended", { note: note("Stop"), status: 129 }, `--bg --model a b --resume ${id} mark=none`],
  ["a turn had been interrupted", { note: note("UserPromptSubmit"), transcript: "[Request interrupted by user]\n", status: 129 }, `--bg --model a b --resume ${id} mark=none`],
  ["the terminal is gone, and Claude Code ended by itself", { note: note("Stop"), status: 0 }, `--bg --model a b --resume ${id} mark=none`],
  ["it ended on its terminal", { note: note("Stop"), status: 3, terminal: true }, undefined],
  ["nothing was said", { status: 129 }, undefined],
  ["the note is another session's", { note: note("Stop").replace("mark", "other"), status: 129 }, undefined],
]; // prettier-ignore

test.skipIf(process.platform !== "linux").each(rows)(
  "after a hangup: %s",
  async (_, { note, transcript, status, terminal = false }, expected) => {
    const home = mkdtempSync(`${tmpdir()}/hangup-`);
    try {
      const said = `${home}/said`;
      mkdirSync(`${home}/.claude/claude-bottle/turns`, { recursive: true });
      mkdirSync(`${home}/.claude/projects/p`, { recursive: true });
      if (note !== undefined) writeFileSync(`${home}/.claude/claude-bottle/turns/${id}`, note);
      if (transcript !== undefined) writeFileSync(`${home}/.claude/projects/p/${id}.jsonl`, transcript);
      writeFileSync(`${home}/claude`, `#!/bin/sh\n[ "$1" = --bg ] || exit ${status}\necho "$* mark=\${CLAUDE_BOTTLE_SESSION-none}" >'${said}.part'; mv '${said}.part' '${said}'\n`); // prettier-ignore
      chmodSync(`${home}/claude`, 0o755);
      const child = Bun.spawn(hangupArgv("claude --bg --model 'a b' --resume", ["claude", "first"]), {
        env: { PATH: `${home}:/usr/bin:/bin`, HOME: home, CLAUDE_BOTTLE_SESSION: "mark" },
        ...(terminal ? { terminal: {} } : { stdio: ["ignore", "ignore", "inherit"] }),
      });
      expect(await child.exited).toBe(expected === undefined ? status : 129);
      for (let look = 0; expected !== undefined && !existsSync(said) && look < 500; look += 1) await Bun.sleep(10);
      expect(existsSync(said) ? readFileSync(said, "utf8").trim() : undefined).toBe(expected);
    } finally {
      rmSync(home, { recursive: true });
    }
  },
);
