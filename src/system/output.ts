/** After a program ends, one of its children may hold its output open: we keep reading only while data comes. */
const quietMs = 100;
const drainMs = 1_000;

/** The kept part of an output: its beginning and end if the middle was too long. */
type Kept = { readonly text: string; readonly bytes: number };

type Listener = {
  /** The limit. Of a longer output, half is kept from each end. */
  readonly maxBytes: number;
  /** Gets each piece before the next one is read. `false` means that no more is wanted. */
  readonly onBytes?: ((bytes: Uint8Array) => void | false | Promise<void | false>) | undefined;
};

/** One output of a program. What is kept has a limit. */
export class Output {
  readonly #reader: { read(): Promise<{ done: boolean; value?: Uint8Array }>; cancel(): Promise<void> } | undefined;
  readonly #listener: Listener;
  readonly #done: Promise<void>;
  #start: Uint8Array[] = [];
  #end: Uint8Array[] = [];
  #bytes = 0;
  #news = 0;
  #failure: unknown;

  constructor(stream: unknown, listener: Listener) {
    this.#listener = listener;
    this.#reader = stream instanceof ReadableStream ? stream.getReader() : undefined;
    this.#done = this.#read();
  }

  /** Call this after the program has ended: waits for what it has written, but not for others that hold the pipe open. */
  async finish(): Promise<Kept> {
    const deadline = performance.now() + drainMs;
    for (let seen = -1; seen !== this.#news && performance.now() < deadline;) {
      seen = this.#news;
      if (await settlesWithin(this.#done, quietMs)) break;
    }
    await this.#reader?.cancel().catch(() => undefined);
    if (this.#failure !== undefined) throw this.#failure;
    return { text: new TextDecoder().decode(this.#kept()), bytes: this.#bytes };
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        const next = await this.#reader?.read();
        if (!next?.value) return;
        this.#news += 1;
        if (this.#listener.onBytes && (await this.#listener.onBytes(next.value)) === false) break;
        this.#keep(next.value);
      }
    } catch (error) {
      this.#failure = error;
    }
    await this.#reader?.cancel().catch(() => undefined);
  }

  #keep(piece: Uint8Array): void {
    const half = Math.floor(this.#listener.maxBytes / 2);
    const room = Math.max(0, half - this.#bytes);
    this.#bytes += piece.length;
    if (half === 0) return;
    if (room > 0) this.#start.push(piece.slice(0, room));
    if (piece.length > room) this.#end.push(piece.slice(room));
    let spare = this.#end.reduce((sum, { length }) => sum + length, 0) - half;
    while (spare > 0 && this.#end[0] && this.#end[0].length <= spare) spare -= this.#end.shift()?.length ?? 0;
    if (spare > 0 && this.#end[0]) this.#end[0] = this.#end[0].slice(spare);
  }

  #kept(): Uint8Array {
    if (this.#listener.maxBytes === 0) return new Uint8Array();
    const pieces = [...this.#start, ...this.#end];
    const held = pieces.reduce((sum, { length }) => sum + length, 0);
    return Buffer.concat(held < this.#bytes ? [...this.#start, Buffer.from("\n...\n"), ...this.#end] : pieces);
  }
}

async function settlesWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: Timer | undefined;
  const late = new Promise<false>((resolve) => {
    // Data that has already arrived is read in the same turn in which the timer fires.
    timer = setTimeout(() => setImmediate(() => resolve(false)), ms);
  });
  const settled = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return settled;
}
