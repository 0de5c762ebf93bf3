/**
 * For a command whose client does not report its status reliably. The command itself ends its stderr with this mark, its status, an `s` if the
 * project is unchanged, and `\x1e`.
 */
export const endingMark = (session: string): string => `\x1eclaude-bottle:${session}:`;

export type Told = {
  readonly status: number | undefined;
  /** The command is known to have changed nothing in the project. */
  readonly isUnchanged: boolean;
};

/** Removes a command's ending, and what its client wrote after it, from the client's stderr. */
export class Ending {
  readonly #mark: Buffer;
  #held: Buffer = Buffer.alloc(0);
  #isOver = false;

  constructor(mark: string) {
    this.#mark = Buffer.from(mark);
  }

  /** The bytes that can be shown so far. */
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

  /** At the end: the bytes left to show, and the command's status; undefined if the output was cut off before it. */
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

/** The same for a whole text. */
export function splitEnding(
  text: string,
  mark: string,
): { readonly text: string; readonly status: number | undefined } {
  const ending = new Ending(mark);
  const shown = ending.take(Buffer.from(text));
  const { rest, status } = ending.close();
  return { text: Buffer.concat([shown, rest]).toString(), status };
}

/** How many bytes at the end of `all` may be the start of `mark`. */
function partLength(all: Buffer, mark: Buffer): number {
  for (let length = Math.min(all.length, mark.length - 1); length > 0; length -= 1)
    if (all.subarray(all.length - length).equals(mark.subarray(0, length))) return length;
  return 0;
}

/** For a client on a terminal: whether kubectl's words say that the status came from the other side. */
export const isToldBy = (words: string, code: number): boolean =>
  new RegExp(`^command terminated with exit code ${code}$`, "m").test(words);
