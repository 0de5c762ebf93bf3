import { sameSize, type Size } from "./size.ts";

export type SizeKeeperOptions = {
  /** The size that the guest's terminal started with. */
  readonly known: Size;
  /** The outer terminal's size, asked afresh; undefined without a terminal. */
  readonly read: () => Size | undefined;
  /** One short exec in the guest. `wait`: give the native way its time first. */
  readonly settle: (size: Size, options: { readonly wait: boolean }) => Promise<"native" | "asserted" | "gone">;
};

/** Longer than the 250 ms between two changes that tmux passes on, so that a drag of a border is one change. */
const quietMs = 300;
const retryMs = [500, 2_000, 5_000];

/**
 * Keeps the guest's terminal at the outer one's size. The backend's own way is trusted once a change was seen to arrive
 * by itself; until then, and where it does not arrive, the size is asserted: after the last of a burst of changes, one
 * exec at a time, and only when it differs from what the guest was last told.
 */
export class SizeKeeper {
  readonly #options: SizeKeeperOptions;
  #known: Size;
  #way: "unknown" | "native" | "assert" = "unknown";
  #signalled = false;
  #timer: Timer | undefined;
  #busy = false;
  #ended = false;
  #failures = 0;
  /** What an exec of unknown end may have asserted. */
  #doubtful: Size | undefined;

  constructor(options: SizeKeeperOptions) {
    this.#options = options;
    this.#known = options.known;
  }

  /** The terminal may have changed between our maker's look at it and our handlers. */
  start(): void {
    if (this.#wanted()) this.#checkIn(quietMs);
  }

  /** To be called on each SIGWINCH and SIGCONT. */
  changed(): void {
    if (this.#way === "native") return;
    this.#signalled = true;
    this.#failures = 0;
    this.#checkIn(quietMs);
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #checkIn(ms: number): void {
    if (this.#ended) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#check(), ms);
  }

  /** The size that the guest is still to learn. */
  #wanted(): Size | undefined {
    const size = this.#options.read();
    return size && !sameSize(size, this.#known) ? size : undefined;
  }

  async #check(): Promise<void> {
    const size = this.#busy || this.#ended ? undefined : this.#wanted();
    if (!size) return;
    this.#busy = true;
    const result = await this.#options.settle(size, { wait: this.#way === "unknown" });
    this.#busy = false;
    if (this.#ended) return;
    if (result === "gone") {
      this.#doubtful = size;
      const ms = retryMs[this.#failures++];
      if (ms !== undefined) this.#checkIn(ms);
      return;
    }
    const doubtful = this.#doubtful && sameSize(this.#doubtful, size);
    this.#doubtful = undefined;
    this.#known = size;
    // A size that moved on meanwhile may have been overwritten by ours: that proves neither way.
    if (this.#wanted()) this.#checkIn(quietMs);
    else if (result === "asserted") this.#way = "assert";
    // Before the first signal, the size may have come as the client's first one: that says nothing of the later ones.
    else if (this.#signalled && !doubtful) this.#way = "native";
  }
}
