import { hearFor, makeRaw, setModes, setWindowSize, throwAwayInput, windowSize } from "./libc.ts";

// A guest's last act may be a question to the terminal. The terminal answers by typing, and the user's shell would read that. So before the shell
// gets its terminal back, we ask a question too, and discard everything before its answer. Our question names a position on the screen that no guest
// can predict.

/** Long enough for a slow connection. A terminal that does not answer costs this time at the end of each session. */
const limitMs = 500;
/** Longer than all answers that a well-behaved session leaves behind. */
const flood = 4_096;
const sliceMs = 20;

type Screen = {
  /** The terminal's input. */
  readonly input: number;
  readonly write: (text: string) => void;
  /** The modes at the start of the session. */
  readonly modes: Uint8Array;
  readonly size: { readonly rows: number; readonly columns: number } | undefined;
};

/** Discards what the terminal still answers to the ended session, and sets the size that the terminal reports. */
export async function takeAnswers({ input, write, modes, size }: Screen): Promise<void> {
  const raw = makeRaw(modes);
  if (raw === undefined) return;
  setModes(input, raw);
  // A terminal whose size was never set has 0 rows and 0 columns.
  const place = [1 + random(Math.min(size?.rows || 24, 24)), 1 + random(Math.min(size?.columns || 80, 80))] as const;
  // Both ask for the cursor's position; the first after moving to the end of the screen.
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
    // Lets signal handlers run.
    await Bun.sleep(0);
  }
  throwAwayInput(input);
}

/** A session on the terminal itself can tell the kernel a wrong size. */
function correctSize(input: number, before: Screen["size"], told: NonNullable<Screen["size"]>): void {
  const now = windowSize(input);
  if (!now || !before || same(now, before) || same(now, told)) return;
  setWindowSize(input, told);
}

const same = (one: NonNullable<Screen["size"]>, other: NonNullable<Screen["size"]>): boolean =>
  one.rows === other.rows && one.columns === other.columns;

const random = (limit: number): number => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % limit;
