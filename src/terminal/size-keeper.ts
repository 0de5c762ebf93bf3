export type Size = readonly [rows: number, columns: number];

export type SizeKeeperOptions = {
  /** The size that the guest's terminal started with. */
  readonly known: Size;
  /** The outer terminal's size, asked afresh; undefined without a terminal. */
  readonly read: () => Size | undefined;
  /** One short exec in the guest. `wait`: give the native way its time first. */
  readonly settle: (size: Size, options: { wait: boolean }) => Promise<"native" | "asserted" | "gone">;
  readonly quietMs?: number;
};

/** Longer than the 250 ms between two changes that tmux passes on, so that a drag of a border is one change. */
const quietMs = 300;
const attempts = 3;

/**
 * Keeps the guest's terminal at the outer one's size. The backend's own way is trusted once a change was seen to arrive
 * by itself; until then, and where it does not arrive, the size is asserted: after the last of a burst of changes, one
 * exec at a time, and only when it differs from what the guest was last told.
 */
export class SizeKeeper {
  readonly #options: SizeKeeperOptions;
  #known: Size;
  #way: "unknown" | "native" | "assert" = "unknown";
  #timer: Timer | undefined;
  #busy = false;
  #ended = false;
  #failures = 0;

  constructor(options: SizeKeeperOptions) {
    this.#options = options;
    this.#known = options.known;
  }

  /** To be called at the start, and on each SIGWINCH and SIGCONT. */
  changed(): void {
    if (this.#way === "native" || this.#ended) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#check(), this.#options.quietMs ?? quietMs);
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #wanted(): Size | undefined {
    const size = this.#options.read();
    return size && size[0] > 0 && size[1] > 0 && !same(size, this.#known) ? size : undefined;
  }

  async #check(): Promise<void> {
    const size = this.#wanted();
    if (!size || this.#busy) return;
    this.#busy = true;
    const result = await this.#options.settle(size, { wait: this.#way === "unknown" });
    this.#busy = false;
    if (this.#ended) return;
    if (result === "gone") {
      this.#failures += 1;
      if (this.#failures % attempts !== 0) this.changed();
      return;
    }
    this.#known = size;
    // A size that moved on meanwhile may have been overwritten by ours: that says nothing of the native way.
    if (this.#wanted()) this.changed();
    else this.#way = result === "native" ? "native" : "assert";
  }
}

const same = (a: Size, b: Size) => a[0] === b[0] && a[1] === b[1];
