import { readText, removeFile, writePrivate } from "../../system/files.ts";
import { stateDirectory } from "../../system/system.ts";
import type { StepOptions } from "../backend.ts";
import { sharingArgv } from "./argv.ts";
import type { Client } from "./client.ts";
import type { Engine } from "./engine.ts";

/**
 * Whether the engine sees this machine's files: we write a file and try to read it in a container. The engine's address does not tell, because a
 * socket may lead to another machine, and some engines mount an empty directory for a missing one. A positive answer is remembered for the same
 * engine.
 */
export async function seesOurFiles(
  client: Client,
  engine: Engine,
  image: string,
  options: StepOptions,
): Promise<boolean> {
  if (engine.isLocal) return true;
  const directory = `${stateDirectory(client.system.env)}/engines`;
  const known = `${directory}/${client.program}`;
  if (engine.id !== undefined && readText(known) === engine.id) return true;
  const word = crypto.randomUUID();
  const marker = `${directory}/marker-${word}`;
  writePrivate(marker, `${word}\n`);
  try {
    const { stdout } = await client.call(sharingArgv(client.program, marker, image), options);
    if (stdout.trim() !== word) return false;
  } finally {
    removeFile(marker);
  }
  if (engine.id !== undefined) writePrivate(known, engine.id);
  return true;
}
