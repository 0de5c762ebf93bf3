import {
  getFlags,
  getModes,
  hasLibc,
  holdTerminal,
  setFlags,
  setModes,
  freeTerminal,
  windowSize,
  withoutNonBlocking,
} from "./libc.ts";
import { setSttyModes, sttyModes } from "./stty.ts";

const standardFds = [0, 1, 2] as const;

// Alternate screen (1047 does not move the cursor if it is already off), mouse, focus, paste and theme reports, the keyboard protocols of kitty and
// xterm, colours, cursor.
const reset =
  "\x1b[?1047l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[?2031l\x1b[<u\x1b[>4m\x1b[0m\x1b[?25h";

/**
 * Restores the terminal's modes. `diedBadly`: the child may have left the screen in a state of its own. `fenced`: first discard the terminal's
 * answers to the child. Returns whether the terminal still exists.
 */
export type RestoreModes = (options: { readonly diedBadly: boolean; readonly fenced?: boolean }) => Promise<boolean>;

export function rememberModes(): RestoreModes {
  return hasLibc ? rememberByLibc() : rememberByStty();
}

function rememberByLibc(): RestoreModes {
  const remembered = standardFds.map((fd) => ({ fd, modes: getModes(fd), flags: getFlags(fd) }));
  const input = remembered.find(({ modes }) => modes);
  const size = input && windowSize(input.fd);
  return async ({ diedBadly, fenced = false }) => {
    const screen = remembered.find(({ fd, modes }) => fd > 0 && modes)?.fd;
    const there = remembered.every(({ fd, modes }) => !modes || getModes(fd) !== undefined);
    const left = remembered.some(({ fd, modes }) => modes && differ(getModes(fd), modes));
    // A terminal must not be non-blocking: the shell would read EAGAIN. Other shared descriptors keep their flags.
    for (const { fd, modes, flags } of remembered) setFlags(fd, modes ? withoutNonBlocking(flags) : flags);
    // A process that changes a terminal that it does not hold is stopped.
    const ours = there && input !== undefined && holdTerminal(input.fd);
    if (ours) freeTerminal(input.fd);
    if (there && (left || diedBadly) && screen !== undefined) await writeScreen(screen, reset);
    // With other input, the terminal's own input belongs to another program.
    if (ours && fenced && input.fd === 0 && input.modes && screen !== undefined && answers()) {
      const write = await screenWriter(screen);
      await (await import("./fence.ts")).takeAnswers({ input: 0, write, modes: input.modes, size });
    }
    if (ours) for (const { fd, modes } of remembered) if (modes && differ(getModes(fd), modes)) setModes(fd, modes);
    return there;
  };
}

const differ = (now: Uint8Array | undefined, modes: Uint8Array): boolean =>
  now !== undefined && !Buffer.from(now).equals(modes);

/** A terminal that cannot place the cursor answers nothing. */
const answers = () => !/^(?:dumb|unknown)?$/.test(process.env.TERM ?? "");

function rememberByStty(): RestoreModes {
  const modes = sttyModes();
  return async ({ diedBadly }) => {
    if (modes === undefined) return true;
    const now = sttyModes();
    if (now === undefined) return false;
    if (now !== modes) setSttyModes(modes);
    if (now !== modes || diedBadly) await writeScreen(2, reset);
    return true;
  };
}

async function writeScreen(fd: number, text: string): Promise<void> {
  if (answers()) (await screenWriter(fd))(text);
}

/** node:fs costs a millisecond and 5 MB, so it is only loaded at the end of a session. */
async function screenWriter(fd: number): Promise<(text: string) => void> {
  const { writeSync } = await import("node:fs");
  return (text) => {
    try {
      writeSync(fd, text);
    } catch {
      // The terminal is gone.
    }
  };
}
