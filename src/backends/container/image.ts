import { UserError } from "../../errors.ts";
import { printable } from "../../lib/quote.ts";
import { fileStamp, isFolder } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import type { StepOptions } from "../backend.ts";
import type { ProgramName } from "./argv.ts";
import { engineError, wordsOf } from "./errors.ts";

type Call = {
  readonly system: System;
  readonly program: ProgramName;
  readonly argv: (words: readonly string[]) => string[];
};

/**
 * The reference by which the engine knows `image`, fetched or loaded where it is not there yet. An archive and a folder
 * get one of ours that changes with them. Throws UserError for an image that cannot be had.
 */
export async function ensureImage(call: Call, image: string, options: StepOptions): Promise<string> {
  const { system, program, argv } = call;
  const isThere = async (reference: string) =>
    (await system.run(argv(["image", "inspect", reference]), options)).code === 0;
  if (!image.startsWith("/")) {
    if (await isThere(image)) return image;
    const { code } = await system.run(argv(["pull", image]), { ...options, progress: true });
    if (code !== 0)
      throw new UserError(`cannot fetch image "${printable(image)}" with ${program}`, {
        hint: `try it yourself: ${program} pull ${image}`,
      });
    return image;
  }
  const stamp = fileStamp(image);
  if (stamp === undefined)
    throw new UserError(`the image "${printable(image)}" is not there`, { hint: "correct image in bottle.toml" });
  const reference = `localhost/claude-bottle/image:${stamp}`;
  if (await isThere(reference)) return reference;
  system.err(`claude-bottle: loading image "${printable(image)}" into ${program}\n`);
  if (isFolder(image)) {
    const { from, to } = await system.pipe(
      { argv: ["tar", "-C", image, "-cf", "-", "."], env: {} },
      { argv: argv(["import", "-", reference]), env: {} },
    );
    if (from.code !== 0 || to.code !== 0)
      throw engineError(program, `load image "${printable(image)}"`, from.code === 0 ? to : from);
    return reference;
  }
  const loaded = await system.run(argv(["load", "-i", image]), options);
  const name = /^Loaded image(?:\(s\)| ID)?: (\S+)/m.exec(loaded.stdout)?.[1];
  if (loaded.code !== 0 || name === undefined) throw engineError(program, `load image "${printable(image)}"`, loaded);
  const tagged = await system.run(argv(["tag", name, reference]), options);
  if (tagged.code !== 0)
    throw new UserError(`cannot name image "${printable(image)}": ${program} says: ${wordsOf(tagged)}`);
  return reference;
}
