export type Pair = {
  readonly ours: number;
  readonly other: number;
  readonly ratio: number;
  readonly difference: number;
};

/** In ms. Another one counts something else than time. */
export const clock = { now: () => Bun.nanoseconds() / 1e6 };

/** May return what is still to be done, which does not count. */
type Work = () => Promise<void | (() => Promise<void>)>;

/**
 * Medians of both, in ms, and of their ratio and difference round by round: a busy moment of the machine hits both of a
 * round. Who goes first alternates. The first rounds, with cold caches, do not count. `prepare` comes before each, untimed.
 */
export async function inPairs(
  rounds: number,
  ours: Work,
  other: Work,
  prepare: () => Promise<void> = async () => {},
): Promise<Pair> {
  const warmUp = 3;
  const samples: { ours: number; other: number }[] = [];
  for (let round = -warmUp; round < rounds; round += 1) {
    const first = round % 2 === 0;
    await prepare();
    const early = await time(first ? ours : other);
    await prepare();
    const late = await time(first ? other : ours);
    if (round >= 0) samples.push(first ? { ours: early, other: late } : { ours: late, other: early });
  }
  return {
    ours: median(samples.map((sample) => sample.ours)),
    other: median(samples.map((sample) => sample.other)),
    ratio: median(samples.map((sample) => sample.ours / sample.other)),
    difference: median(samples.map((sample) => sample.ours - sample.other)),
  };
}

async function time(work: Work): Promise<number> {
  const start = clock.now();
  const finish = await work();
  const took = clock.now() - start;
  await finish?.();
  return took;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}
