import { mkdirSync } from "node:fs";
import { UserError } from "../../src/errors.ts";
import { HeldDirectory } from "../../src/system/held-directory.ts";
import { isSameThing, placeThings, readTree, treeStamp } from "../../src/system/host-tree.ts";
import { packThings, thingsBelow } from "../../src/system/tar-tree.ts";
import { forceWay } from "../../src/system/at.ts";
import type { Random } from "./random.ts";
import { secret, Stage } from "./stage.ts";

/** Everything that we do in a directory of a bottle, while another process exchanges its directories for links. */
export async function fuzzTree(random: Random, isOver: () => boolean): Promise<number> {
  using stage = new Stage();
  const swapper = Bun.spawn([process.execPath, `${import.meta.dir}/swapper.ts`, stage.inside, stage.outside], {
    stdio: ["ignore", "ignore", "ignore"],
  });
  try {
    mkdirSync(`${stage.directory}/outside/../inside/d/e`, { recursive: true });
    let rounds = 0;
    for (; !isOver(); rounds += 1) {
      if (rounds % 50 === 0) forceWay(process.platform === "linux" ? random.of(["fast", "steps"]) : "steps");
      stage.disturb(random);
      await act(stage, random);
      if (rounds % 20 === 0) stage.assertUntouched();
    }
    stage.assertUntouched();
    return rounds;
  } finally {
    swapper.kill("SIGKILL");
    await swapper.exited;
    forceWay(process.platform === "linux" ? "fast" : "steps");
  }
}

async function act(stage: Stage, random: Random): Promise<void> {
  const [name, other] = [stage.name(random), stage.name(random)];
  try {
    using held = HeldDirectory.open(stage.inside);
    const seen: (string | Buffer | undefined)[] = [];
    switch (random.below(13)) {
      case 0:
        for (const { name } of held.walk()) seen.push(held.read(name, 1000));
        break;
      case 1:
        seen.push(held.read(name, 1000));
        break;
      case 2:
        await held.write(name, { mode: 0o6777 }, [Buffer.from("written")]);
        break;
      case 3:
        held.makeDirectory(name, 0o700);
        break;
      case 4:
        held.remove(name);
        break;
      case 5:
        held.removeTree(name);
        break;
      case 6:
        held.setDirectoryMode(name, random.of([0o755, 0o700]));
        break;
      case 7:
        held.link(name, other);
        break;
      case 8:
        held.move(name, held, other);
        break;
      case 9:
        held.makeParents(name);
        held.symlink(name, stage.target(random));
        break;
      case 10:
        for await (const piece of packThings(held, thingsBelow(held, name, "as"))) seen.push(Buffer.from(piece));
        break;
      case 11: {
        readTree(held);
        seen.push(treeStamp(`${stage.inside}/${name}`), String(isSameThing(held, held, name)));
        break;
      }
      case 12: {
        using inner = held.enter(name);
        await placeThings(inner, held, [...inner.walk()].map((entry) => entry.name).slice(0, 20));
        break;
      }
    }
    if (seen.some((text) => text?.includes(secret))) throw new Error(`something outside was read below "${name}"`);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}
