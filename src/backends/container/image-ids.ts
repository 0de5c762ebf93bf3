import { readText, writePrivate } from "../../system/files.ts";
import { stateDirectory } from "../../system/system.ts";
import type { Client } from "./client.ts";

/** A user may have some engines behind one program; the image is another one on each that builds it. */
const kept = 8;

/** The IDs of the images that we made under a name of ours, the newest first; whoever else gives an image that name, it is not among them. */
export function imageIds({ system, program }: Pick<Client, "system" | "program">, reference: string) {
  const name = reference.slice(reference.lastIndexOf("/") + 1).replace(":", "-");
  const file = () => `${stateDirectory(system.env)}/images/${program}/${name}`;
  const known = () => (readText(file()) ?? "").split("\n").filter((id) => /^(sha256:)?[0-9a-f]{64}$/.test(id));
  return {
    known,
    note: (id: string) => writePrivate(file(), [...new Set([id, ...known()])].slice(0, kept).join("\n")),
  };
}
