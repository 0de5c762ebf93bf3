import type { Program, Run, RunOptions, System } from "./system.ts";

/** Runs both programs, with the first one's stdout as the second one's stdin. Throws what a `run` of either throws. */
export async function pipe(
  system: System,
  from: Program,
  to: Program,
  { stdin, ...options }: Pick<RunOptions, "stdin" | "signal" | "timeoutMs"> = {},
): Promise<{ readonly from: Run; readonly to: Run }> {
  const channel = new Channel();
  const reader = system
    .run(to.argv, { ...options, env: to.env, stdin: channel })
    // The writer then ends by a broken pipe, as it would in a shell.
    .finally(() => channel.close());
  const writer = system
    .run(from.argv, {
      ...options,
      env: from.env,
      ...(stdin !== undefined && { stdin }),
      onBytes: (bytes) => channel.send(bytes),
    })
    .finally(() => channel.end());
  const [written, read] = await Promise.allSettled([writer, reader]);
  if (read.status === "rejected") throw read.reason;
  if (written.status === "rejected") throw written.reason;
  return { from: written.value, to: read.value };
}

/** Hands pieces over, one at a time. */
class Channel implements AsyncIterable<Uint8Array> {
  #waiting = Promise.withResolvers<Uint8Array | undefined>();
  #taken = Promise.withResolvers<void>();
  #isClosed = false;

  /** Resolves once the piece is taken; to false when nobody will. */
  async send(piece: Uint8Array): Promise<void | false> {
    if (this.#isClosed) return false;
    this.#waiting.resolve(piece);
    await this.#taken.promise;
    this.#taken = Promise.withResolvers();
    return this.#isClosed ? false : undefined;
  }

  /** No further piece will come. */
  end(): void {
    this.#waiting.resolve(undefined);
  }

  /** No further piece is taken. */
  close(): void {
    this.#isClosed = true;
    this.#taken.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    for (;;) {
      const piece = await this.#waiting.promise;
      if (piece === undefined) return;
      this.#waiting = Promise.withResolvers();
      yield piece;
      this.#taken.resolve();
    }
  }
}
