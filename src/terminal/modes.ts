import { writeSync } from "node:fs";
import { clearNonBlocking, getModes, inForeground, setModes } from "./libc.ts";

const standardFds = [0, 1, 2] as const;

// Alternate screen (1047 moves no cursor where it is off already), mouse, focus, paste and theme reports, the keyboard
// protocols of kitty and xterm, colours, cursor.
const reset = "\x1b[?1047l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[?2031l\x1b[<u\x1b[>4m\x1b[0m\x1b[?25h";

/** Remembers the terminal's modes, and gives what puts them back; `diedBadly`: the child may have left more behind. */
export function rememberModes(): (options: { diedBadly: boolean }) => void {
  const remembered = standardFds.flatMap((fd) => {
    const modes = getModes(fd);
    return modes ? [{ fd, modes }] : [];
  });
  return ({ diedBadly }) => {
    let left = false;
    for (const { fd, modes } of remembered) {
      const now = getModes(fd);
      if (now && !Buffer.from(now).equals(modes)) {
        left = true;
        if (inForeground(fd)) setModes(fd, modes);
      }
      clearNonBlocking(fd);
    }
    const screen = remembered.find(({ fd }) => fd > 0)?.fd;
    if ((left || diedBadly) && screen !== undefined && process.env.TERM !== "dumb") quietly(() => writeSync(screen, reset));
  };
}

/** A terminal that is gone wants nothing more. */
function quietly(act: () => void): void {
  try {
    act();
  } catch {
    return;
  }
}
