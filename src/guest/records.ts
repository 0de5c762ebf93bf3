import hookScript from "./hook.sh" with { type: "text" };
import recordsScript from "./records.sh" with { type: "text" };
import { withoutComments } from "./script.ts";

/** As the bottle's user: what Claude Code and our hooks noted in the home. `alive`: no more than which of their processes live. */
export const recordsArgv = (what: "all" | "alive"): string[] => [
  "/bin/sh", "-c", withoutComments(recordsScript), "sh", what,
]; // prettier-ignore

const events = ["UserPromptSubmit", "PermissionRequest", "Stop", "StopFailure", "SessionEnd"];

/** Claude Code's settings with which it notes its turns in its home; it waits for none of these hooks before its first frame. */
export const hookSettings = {
  env: { CLAUDE_BOTTLE_HOOK: withoutComments(hookScript).trim() },
  hooks: Object.fromEntries(
    events.map((event) => [
      event,
      [{ hooks: [{ type: "command", command: 'eval "$CLAUDE_BOTTLE_HOOK"', timeout: 5 }] }],
    ]),
  ),
} as const;
