import { UserError } from "../../src/errors.ts";
import { longTarHeader, NotTar, tarEnd, tarPadding, type TarEntry } from "../../src/lib/tar.ts";
import { HeldDirectory } from "../../src/system/held-directory.ts";
import { unpackTar } from "../../src/system/tar-tree.ts";
import type { Random } from "./random.ts";
import { Stage } from "./stage.ts";

/** Streams of a bottle whose tar says what it likes, some of them damaged. */
export async function fuzzTar(random: Random, isOver: () => boolean): Promise<number> {
  let rounds = 0;
  while (!isOver()) {
    using stage = new Stage();
    for (let stream = 0; stream < 200 && !isOver(); stream += 1, rounds += 1) {
      stage.disturb(random);
      using held = HeldDirectory.open(stage.inside);
      try {
        const { modes } = await unpackTar(held, inPieces(random, streamOf(random, stage)));
        for (const [name, mode] of modes) if (held.isDirectory(name)) held.setDirectoryMode(name, mode | 0o700);
      } catch (error) {
        if (!(error instanceof NotTar || error instanceof UserError)) throw error;
      }
      if (stream % 20 === 0) stage.assertUntouched();
    }
    stage.assertUntouched();
  }
  return rounds;
}

function streamOf(random: Random, stage: Stage): Buffer {
  const parts: Uint8Array[] = [];
  for (let entry = random.below(12); entry > 0; entry -= 1) {
    const content = random.chance(0.5) ? random.bytes(random.below(3000)) : Buffer.alloc(0);
    const kind = random.of<TarEntry["kind"]>(["file", "file", "directory", "symlink", "hardlink", "other"]);
    const size = random.chance(0.03) ? random.of([1e6, 2 ** 40, Number.MAX_SAFE_INTEGER]) : content.length;
    parts.push(
      ...longTarHeader({ name: nameOf(random, stage), kind, size, target: targetOf(random, stage), mode: random.below(0o10000) }),
      content,
      tarPadding(content.length),
    );
  }
  const whole = Buffer.concat([...parts, ...(random.chance(0.9) ? [tarEnd] : [])]);
  if (random.chance(0.3)) for (let flips = 1 + random.below(8); flips > 0; flips -= 1) whole[random.below(whole.length)] = random.below(256);
  return random.chance(0.1) ? whole.subarray(0, random.below(whole.length)) : whole;
} // prettier-ignore

const nameOf = (random: Random, stage: Stage): string =>
  random.of([
    () => stage.name(random),
    () => `./${stage.name(random)}/`,
    () => `${stage.name(random)}/../../outside/${stage.name(random)}`,
    () => stage.target(random),
    () => `${stage.outside}/new`,
    () => random.bytes(random.below(300)).toString("latin1"),
    () => `${"n".repeat(random.below(300))}/${stage.name(random)}`,
  ])();

const targetOf = (random: Random, stage: Stage): string =>
  random.chance(0.5) ? stage.target(random) : stage.name(random);

async function* inPieces(random: Random, whole: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < whole.length;) {
    const length = random.of([1, 100, 511, 512, 513, 65536]);
    yield whole.subarray(at, at + length);
    at += length;
  }
}
