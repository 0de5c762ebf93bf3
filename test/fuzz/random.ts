/** The same numbers for the same seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, and not with, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  of<T>(choices: readonly [T, ...T[]] | readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }

  /** Text with a few of its characters changed, doubled, cut out, or replaced by what breaks readers. */
  spoiled(text: string): string {
    let spoiled = text;
    for (let times = 1 + this.below(4); times > 0; times -= 1) {
      const at = this.below(spoiled.length + 1);
      const end = Math.min(spoiled.length, at + this.below(20));
      const put = this.of(["", spoiled.slice(at, end).repeat(2), "null", "-1", "1e999", '"', "[", "{", "\0", "\u202e", "\x1b[2J", "%", "x".repeat(this.below(5000)), "[".repeat(this.below(5000))]); // prettier-ignore
      spoiled = spoiled.slice(0, at) + put + spoiled.slice(end);
    }
    return spoiled;
  }
}
