import { getModes, hasLibc, holdTerminal, isNonBlocking, setModes, setNonBlocking } from "./libc.ts";
import { setSttyModes, sttyModes } from "./stty.ts";

const standardFds = [0, 1, 2] as const;

// Alternate screen (1047 moves no cursor where it is off already), mouse, focus, paste and theme reports, the keyboard
// protocols of kitty and xterm, colours, cursor.
const reset =
  "\x1b[?1047l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[?2031l\x1b[<u\x1b[>4m\x1b[0m\x1b[?25h";

/**
 * Puts the terminal's modes back; `diedBadly`: the child may have left the screen itself in a state of its own too.
 * Returns whether the terminal is still there.
 */
export type RestoreModes = (options: { readonly diedBadly: boolean }) => Promise<boolean>;

export function rememberModes(): RestoreModes {
  return hasLibc ? rememberByLibc() : rememberByStty();
}

function rememberByLibc(): RestoreModes {
  const remembered = standardFds.map((fd) => ({ fd, modes: getModes(fd), nonBlocking: isNonBlocking(fd) }));
  return async ({ diedBadly }) => {
    let left = false;
    let there = true;
    for (const { fd, modes, nonBlocking } of remembered) {
      const now = modes && getModes(fd);
      if (modes && !now) there = false;
      if (now && !Buffer.from(now).equals(modes)) {
        left = true;
        if (holdTerminal(fd)) setModes(fd, modes);
      }
      // A terminal never wants it: the shell would read EAGAIN. What else is shared stays as its owner had it.
      setNonBlocking(fd, nonBlocking && !modes);
    }
    const screen = remembered.find(({ fd, modes }) => fd > 0 && modes)?.fd;
    if (there && (left || diedBadly) && screen !== undefined) await writeReset(screen);
    return there;
  };
}

function rememberByStty(): RestoreModes {
  const modes = sttyModes();
  return async ({ diedBadly }) => {
    if (modes === undefined) return true;
    const now = sttyModes();
    if (now === undefined) return false;
    if (now !== modes) setSttyModes(modes);
    if (now !== modes || diedBadly) await writeReset(2);
    return true;
  };
}

/** node:fs costs a millisecond and 5 MB, which a session that ends well never pays. */
async function writeReset(fd: number): Promise<void> {
  if (process.env.TERM === "dumb") return;
  const { writeSync } = await import("node:fs");
  try {
    writeSync(fd, reset);
  } catch {
    // A terminal that is gone wants nothing more.
  }
}
