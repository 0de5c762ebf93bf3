import { sameSize, type Size } from "./size.ts";

export type SizeKeeperOptions = {
  /** The size with which the guest's terminal started. */
  readonly known: Size;
  /** The outer terminal's current size; undefined without a terminal. */
  readonly read: () => Size | undefined;
  /** One short exec in the guest. `wait`: first give the backend's own resizing time. */
  readonly settle: (size: Size, options: { readonly wait: boolean }) => Promise<"native" | "asserted" | "gone">;
};

/** Longer than the 250 ms between changes that tmux passes on, so that dragging a border is one change. */
const quietMs = 300;
const retryMs = [500, 2_000, 5_000];

/**
 * Keeps the guest's terminal at the size of the outer one. The backend's own resizing is trusted once a change has arrived by itself. Until then, or
 * if it does not arrive, the size is set by an exec: after the last of a burst of changes, one at a time, and only if it differs from what the guest
 * was last told.
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
  /** A size that an exec with unknown result may have set. */
  #doubtful: Size | undefined;

  constructor(options: SizeKeeperOptions) {
    this.#options = options;
    this.#known = options.known;
  }

  /** The terminal may have changed between our parent's look at it and the installation of our handlers. */
  start(): void {
    if (this.#wanted()) this.#checkIn(quietMs);
  }

  /** Call this on each SIGWINCH and SIGCONT. */
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

  /** The size that the guest does not have yet. */
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
    // If the size changed meanwhile, ours may have overwritten it, which proves nothing.
    if (this.#wanted()) this.#checkIn(quietMs);
    else if (result === "asserted") this.#way = "assert";
    // Before the first signal, the size may have come with the start of the client, which proves nothing about later changes.
    else if (this.#signalled && !doubtful) this.#way = "native";
  }
}
