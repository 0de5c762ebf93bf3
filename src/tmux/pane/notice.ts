import { UserError } from "../../errors.ts";
import { printable } from "../../lib/quote.ts";
import type { System } from "../../system/system.ts";

const title = "claude-bottle";
/** Removes control characters and the separators of fields. */
const plain = (text: string): string => printable(text).replaceAll(/[;\\]/g, " ");

/**
 * The sequence that makes the terminal around tmux show a notification; undefined if it has none. For iTerm2 and others, kitty, Ghostty and urxvt.
 */
export function outerNotice(kind: string, text: string): string | undefined {
  if (/^(iTerm2|WezTerm|mintty|ConEmu)/i.test(kind)) return `\x1b]9;${plain(text)}\x07`;
  if (/kitty/i.test(kind)) return `\x1b]99;;${title}: ${plain(text)}\x1b\\`;
  if (/ghostty|foot|rxvt/i.test(kind)) return `\x1b]777;notify;${title};${plain(text)}\x1b\\`;
  return undefined;
}

const noticeMs = 3_000;
const notifierMs = 20_000;

/** Uses the desktop's own program, if there is a desktop. Failures are ignored. */
export async function desktopNotice(system: System, text: string): Promise<void> {
  const argv = desktopArgv(system, text);
  if (argv) await system.run(argv, { timeoutMs: noticeMs });
}

/** The user's own program. One that cannot be started, or that hangs, must not keep the others from being told. */
export async function runNotifier(system: System, text: string): Promise<void> {
  const command = (await import("../../project/project.ts")).notifyCommand(system);
  if (!command) return;
  try {
    await system.run([...command, plain(text)], { timeoutMs: notifierMs, detached: true });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}

function desktopArgv({ platform, env, which }: System, text: string): string[] | undefined {
  if (platform === "darwin")
    return [
      "osascript",
      "-e",
      `display notification ${JSON.stringify(plain(text))} with title ${JSON.stringify(title)}`,
    ];
  const hasDesktop = env.DISPLAY ?? env.WAYLAND_DISPLAY ?? env.DBUS_SESSION_BUS_ADDRESS;
  return hasDesktop && which("notify-send") ? ["notify-send", "--", title, plain(text)] : undefined;
}
