import { hearFor, makeRaw, setModes, setWindowSize, throwAwayInput, windowSize } from "./libc.ts";

// A guest can ask the terminal a question as its last act: a terminal answers by typing, and the user's shell would read it. So before the
// shell has its terminal back we ask as well, and take all that comes before the answer to that. The question names a place on the
// screen that no guest can foresee.

/** For a slow link. A terminal that does not answer is waited for so long at the end of each session. */
const limitMs = 500;
/** All answers that a well-behaved session leaves behind are shorter. */
const flood = 4_096;
const sliceMs = 20;

type Screen = {
  /** The terminal's input. */
  readonly input: number;
  readonly write: (text: string) => void;
  /** At the start of the session. */
  readonly modes: Uint8Array;
  readonly size: { readonly rows: number; readonly columns: number } | undefined;
};

/** Takes what the terminal still has to say to the session that has ended, and sets the size that it says it has. */
export async function takeAnswers({ input, write, modes, size }: Screen): Promise<void> {
  const raw = makeRaw(modes);
  if (raw === undefined) return;
  setModes(input, raw);
  // A terminal that nobody has told its size has none: 0 rows and 0 columns.
  const place = [1 + random(Math.min(size?.rows || 24, 24)), 1 + random(Math.min(size?.columns || 80, 80))] as const;
  // Both questions are those for the cursor's place; the first is asked at the screen's end.
  write(`\x1b7\x1b[9999;9999H\x1b[6n\x1b[${place[0]};${place[1]}H\x1b[6n\x1b8\x1b[c`);
  const answer = new RegExp(`\\x1b\\[(\\d+);(\\d+)R\\x1b\\[${place[0]};${place[1]}R[^]*\\x1b\\[\\?[\\d;]*c`);
  let heard = "";
  for (const end = performance.now() + limitMs; performance.now() < end;) {
    const text = hearFor(input, sliceMs);
    if (text === undefined) break;
    heard = `${heard}${text}`.slice(-2 * flood);
    const found = heard.length < flood ? answer.exec(heard) : null;
    if (found) {
      correctSize(input, size, { rows: Number(found[1]), columns: Number(found[2]) });
      break;
    }
    // A signal is heard in between.
    await Bun.sleep(0);
  }
  throwAwayInput(input);
}

/** A session on the terminal itself can tell the kernel another size than the terminal has. */
function correctSize(input: number, before: Screen["size"], told: NonNullable<Screen["size"]>): void {
  const now = windowSize(input);
  if (!now || !before || same(now, before) || same(now, told)) return;
  setWindowSize(input, told);
}

const same = (one: NonNullable<Screen["size"]>, other: NonNullable<Screen["size"]>): boolean =>
  one.rows === other.rows && one.columns === other.columns;

const random = (limit: number): number => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % limit;
