/** One key press from the terminal's input. `name` is a character or one of the names below. */
export type Key =
  | { readonly kind: "key"; readonly name: string }
  | { readonly kind: "click"; readonly row: number; readonly column: number; readonly isDouble: boolean }
  | { readonly kind: "wheel"; readonly by: -1 | 1 }
  | { readonly kind: "text"; readonly text: string };

const named: Readonly<Record<string, string>> = {
  "\r": "enter", "\n": "enter", "\t": "tab", "\x7f": "backspace", "\b": "backspace", "\x1b": "escape",
  "\x03": "ctrl-c", "\x04": "ctrl-d", "\x0c": "ctrl-l", "\x15": "ctrl-u", "\x17": "ctrl-w", "\x1a": "ctrl-z",
  "\x1b[A": "up", "\x1b[B": "down", "\x1b[C": "right", "\x1b[D": "left", "\x1bOA": "up", "\x1bOB": "down",
  "\x1b[H": "home", "\x1b[F": "end", "\x1b[1~": "home", "\x1b[4~": "end", "\x1b[5~": "page-up", "\x1b[6~": "page-down",
}; // prettier-ignore

const doubleClickMs = 400;

/** Splits a terminal's input into key presses. An incomplete sequence waits for the rest; a paste is one text. */
export class KeyReader {
  #pending = "";
  #lastClick = { row: -1, at: -Infinity };

  get isPending(): boolean {
    return this.#pending !== "";
  }

  /** No more input has come, so a waiting escape was the Escape key. */
  flush(): Key[] {
    const rest = this.#pending;
    this.#pending = "";
    return rest === "" ? [] : [{ kind: "key", name: "escape" }, ...this.read(rest.slice(1), 0)];
  }

  read(text: string, now: number): Key[] {
    let rest = this.#pending + text;
    this.#pending = "";
    const keys: Key[] = [];
    while (rest !== "") {
      const next = this.#next(rest, now);
      if (next === undefined) {
        // No known sequence is this long.
        if (rest.length > pasteLimit) rest = "";
        this.#pending = rest;
        break;
      }
      if (next.key) keys.push(next.key);
      rest = rest.slice(next.length);
    }
    return keys;
  }

  #next(text: string, now: number): { key?: Key; length: number } | undefined {
    if (!text.startsWith("\x1b")) {
      const character = String.fromCodePoint(text.codePointAt(0) ?? 0);
      const name = named[character] ?? (character < " " ? "unknown" : character);
      return { key: { kind: "key", name }, length: character.length };
    }
    if (text.startsWith("\x1b[200~")) {
      const end = text.indexOf("\x1b[201~");
      return end < 0 ? undefined : { key: { kind: "text", text: text.slice(6, end) }, length: end + 6 };
    }
    const [sequence] = /^\x1b(?:\[[\x20-\x3f]*[\x40-\x7e]|O[\x40-\x7e])/.exec(text) ?? [];
    if (sequence === undefined) return isBeginning(text) ? undefined : { key: { kind: "key", name: "escape" }, length: 1 };
    const [, button, column, row, end] = /^\x1b\[<(\d+);(\d+);(\d+)([Mm])$/.exec(sequence) ?? [];
    if (button !== undefined) return { ...this.#mouse(Number(button), Number(row), Number(column), end === "M", now), length: sequence.length };
    const name = named[sequence];
    return { ...(name !== undefined && { key: { kind: "key", name } as const }), length: sequence.length };
  } // prettier-ignore

  #mouse(button: number, row: number, column: number, isPress: boolean, now: number): { key?: Key } {
    if (button === 64 || button === 65) return { key: { kind: "wheel", by: button === 64 ? -1 : 1 } };
    if (button !== 0 || !isPress) return {};
    const isDouble = this.#lastClick.row === row && now - this.#lastClick.at < doubleClickMs;
    this.#lastClick = isDouble ? { row: -1, at: -Infinity } : { row, at: now };
    return { key: { kind: "click", row, column, isDouble } };
  }
}

const pasteLimit = 64 * 1024;
const isBeginning = (text: string): boolean => /^\x1b(?:\[[\x20-\x3f]*|O)?$/.test(text) || "\x1b[200~".startsWith(text);
