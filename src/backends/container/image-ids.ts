import { readText, writePrivate } from "../../system/files.ts";
import { stateDirectory } from "../../system/system.ts";
import type { Client } from "./client.ts";

/** One program can lead to several engines, each with its own build of the image. */
const kept = 8;

/** The IDs of the images that we created under this name, newest first. An image that someone else tagged with the name is not among them. */
export function imageIds({ system, program }: Pick<Client, "system" | "program">, reference: string) {
  const name = reference.slice(reference.lastIndexOf("/") + 1).replace(":", "-");
  const file = () => `${stateDirectory(system.env)}/images/${program}/${name}`;
  const known = () => (readText(file()) ?? "").split("\n").filter((id) => /^(sha256:)?[0-9a-f]{64}$/.test(id));
  return {
    known,
    note: (id: string) => writePrivate(file(), [...new Set([id, ...known()])].slice(0, kept).join("\n")),
  };
}
