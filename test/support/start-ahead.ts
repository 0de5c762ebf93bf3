// start-ahead.ts SCRIPT PROGRAM...: starts SCRIPT as `run` does, and becomes PROGRAM's pty-resize when it has ended.
import { startAhead } from "../../src/terminal/ahead.ts";

const [script = "", program = "", ...words] = process.argv.slice(2);
const env = process.env as Record<string, string>;
const command = ["sh", "-c", script];
const ahead = startAhead(command, env);
// Without a turn of the loop, in which Bun would take the child's status.
Bun.sleepSync(200);
process.execve?.(program, [program, ...words, "pty-resize", "b", "--", ...command], {
  ...env,
  _CLAUDE_BOTTLE_AHEAD: ahead?.word ?? "",
});
