import * as v from "valibot";
import { listDirectory, readText, removeFile, writePrivate } from "../system/files.ts";
import { type Identity, isAlive } from "../system/process.ts";
import { stateDirectory, type System } from "../system/system.ts";
import type { Port } from "./port.ts";

/** A port that a running process forwards. */
export type OpenPort = Port & { readonly name: string; readonly process: Identity };

const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));
const schema = v.object({
  name: v.string(),
  host: port,
  bottle: port,
  process: v.object({ pid: v.number(), started: v.string() }),
});

const directoryOf = ({ env }: System): string => `${stateDirectory(env)}/ports`;
const fileOf = (system: System, host: number): string => `${directoryOf(system)}/${host}.json`;

export const notePort = (system: System, open: OpenPort): void =>
  writePrivate(fileOf(system, open.host), JSON.stringify(open));
export const forgetPort = (system: System, host: number): boolean => removeFile(fileOf(system, host));

/** The open ports. Records of dead processes are removed. */
export const openPorts = (system: System): OpenPort[] =>
  listDirectory(directoryOf(system)).flatMap((name) => {
    const open = parse(readText(`${directoryOf(system)}/${name}`));
    if (open && isAlive(open.process)) return [open];
    removeFile(`${directoryOf(system)}/${name}`);
    return [];
  });

function parse(text: string | undefined): OpenPort | undefined {
  try {
    const found = v.safeParse(schema, JSON.parse(text ?? "null"));
    return found.success ? found.output : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
