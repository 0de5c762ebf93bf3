import type { System } from "../../system/system.ts";
import type { Probe } from "../backend.ts";
import { missingIn, needsLinux, noLandlock, rulesFailed } from "./errors.ts";
import { landlockAbi } from "./kernel.ts";
import { lacking } from "./messages.ts";
import { withoutPrefix } from "../../ui/messages.ts";

/** Tries it: applies the rules to a program that does nothing. */
export async function probeLandlock(system: System): Promise<Probe> {
  if (system.platform !== "linux") return needsLinux;
  const abi = landlockAbi();
  if (typeof abi === "string") return noLandlock[abi];
  const words = [...system.self, "confine", "--mark", "1", "1", "--read", "/", "--", "/bin/sh", "-c", ":"];
  const { code, stderr } = await system.run(words, { timeoutMs: 5_000 });
  if (code !== 0) return rulesFailed(withoutPrefix(stderr.trim()).replace(/^confine: /, "") || `status ${code}`);
  return { usable: true, version: `ABI ${abi}` };
}

/** What a bottle here lacks, for the user who starts one. */
export function caveatOf(system: System): string {
  const abi = system.platform === "linux" ? landlockAbi() : "absent";
  const older = typeof abi === "number" ? missingIn(abi) : undefined;
  return lacking(older);
}
