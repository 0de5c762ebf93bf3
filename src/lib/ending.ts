/**
 * What ends the stderr of a command whose client is not to be believed: the mark, the command's own status, an `s` where it changed nothing of
 * the project, and `\x1e`.
 */
export const endingMark = (session: string): string => `\x1eclaude-bottle:${session}:`;

export type Told = {
  readonly status: number | undefined;
  /** The command changed nothing of the project, as far as it can be told. */
  readonly isUnchanged: boolean;
};

/** Takes a command's ending, and what its client wrote behind it, out of the client's stderr. */
export class Ending {
  readonly #mark: Buffer;
  #held: Buffer = Buffer.alloc(0);
  #isOver = false;

  constructor(mark: string) {
    this.#mark = Buffer.from(mark);
  }

  /** What may be shown by now. */
  take(bytes: Uint8Array): Uint8Array {
    const all = Buffer.concat([this.#held, bytes]);
    const start = this.#isOver ? 0 : all.indexOf(this.#mark);
    if (start >= 0) {
      this.#isOver = true;
      this.#held = all.subarray(start);
      return all.subarray(0, start);
    }
    const kept = partLength(all, this.#mark);
    this.#held = all.subarray(all.length - kept);
    return all.subarray(0, all.length - kept);
  }

  /** At the end: what is still to be shown, and the command's status; undefined where it was cut off before it had one. */
  close(): { readonly rest: Uint8Array } & Told {
    if (!this.#isOver) return { rest: this.#held, status: undefined, isUnchanged: false };
    const end = this.#held.subarray(this.#mark.length).toString("latin1");
    const [, digits, same] = /^(\d{1,3})(s?)\x1e/.exec(end) ?? [];
    return {
      rest: Buffer.alloc(0),
      status: digits === undefined ? undefined : Number(digits),
      isUnchanged: same === "s",
    };
  }
}

/** The same of a whole text. */
export function splitEnding(
  text: string,
  mark: string,
): { readonly text: string; readonly status: number | undefined } {
  const ending = new Ending(mark);
  const shown = ending.take(Buffer.from(text));
  const { rest, status } = ending.close();
  return { text: Buffer.concat([shown, rest]).toString(), status };
}

/** How much of the end of `all` may be the start of `mark`. */
function partLength(all: Buffer, mark: Buffer): number {
  for (let length = Math.min(all.length, mark.length - 1); length > 0; length -= 1)
    if (all.subarray(all.length - length).equals(mark.subarray(0, length))) return length;
  return 0;
}

/** Of a client on a terminal, by its own words: kubectl's, of the status that the other side gave it. */
export const isToldBy = (words: string, code: number): boolean =>
  new RegExp(`^command terminated with exit code ${code}$`, "m").test(words);
