import { fileStamp, readText, writePrivate } from "../system/files.ts";
import { stateDirectory, type System } from "../system/system.ts";
import type { Probe } from "./backend.ts";

/**
 * The result of a probe that has to create a sandbox. A success is remembered until the kernel, this program or the sandbox's own changes. A failure
 * is probed again, so that a repair is noticed.
 */
export async function rememberProbe(
  system: System,
  { name, program }: { readonly name: string; readonly program: string | undefined },
  probe: () => Promise<Probe>,
): Promise<Probe> {
  const file = `${stateDirectory(system.env)}/works/${name}`;
  const stamps = [system.self.at(-1), program].map((path) => (path === undefined ? undefined : fileStamp(path)));
  const key = [system.kernel, ...stamps].join("\n");
  if (readText(file) === key) return { usable: true, version: undefined };
  const answer = await probe();
  if (answer.usable) writePrivate(file, key);
  return answer;
}
