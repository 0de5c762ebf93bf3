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

/** Uses the desktop's own program, if there is a desktop. Failures are ignored. */
export async function desktopNotice(system: System, text: string): Promise<void> {
  const argv = desktopArgv(system, text);
  if (argv) await system.run(argv, { timeoutMs: noticeMs });
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
