/** Hands over pieces of data, one at a time. */
export class Channel implements AsyncIterable<Uint8Array> {
  #waiting = Promise.withResolvers<Uint8Array | undefined>();
  #taken = Promise.withResolvers<void>();
  #isClosed = false;

  /** Resolves once the piece is taken; to false if it never will be. */
  async send(piece: Uint8Array): Promise<void | false> {
    if (this.#isClosed) return false;
    this.#waiting.resolve(piece);
    await this.#taken.promise;
    this.#taken = Promise.withResolvers();
    return this.#isClosed ? false : undefined;
  }

  /** No more pieces will come. */
  end(): void {
    this.#waiting.resolve(undefined);
  }

  /** No more pieces will be taken. */
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
