import hookScript from "./hook.sh" with { type: "text" };
import recordsScript from "./records.sh" with { type: "text" };
import { withoutComments } from "./script.ts";

/** Run as the bottle's user: prints what Claude Code and our hooks noted in the home. `alive` prints only which of their processes live. */
export const recordsArgv = (what: "all" | "alive"): string[] => [
  "/bin/sh", "-c", withoutComments(recordsScript), "sh", what,
]; // prettier-ignore

const events = ["UserPromptSubmit", "PermissionRequest", "Stop", "StopFailure", "SessionEnd"];

/** The settings that make Claude Code note its turns in its home. It waits for none of these hooks before it draws its first frame. */
export const hookSettings = {
  env: { CLAUDE_BOTTLE_HOOK: withoutComments(hookScript).trim() },
  hooks: Object.fromEntries(
    events.map((event) => [
      event,
      [{ hooks: [{ type: "command", command: 'eval "$CLAUDE_BOTTLE_HOOK"', timeout: 5 }] }],
    ]),
  ),
} as const;
