import * as v from "valibot";
import { parseJson } from "../../lib/json.ts";
import { fileStamp, readText, writePrivate } from "../../system/files.ts";
import { stateDirectory, type System } from "../../system/system.ts";
import { failureOf } from "./errors.ts";
import type { Run } from "../../system/system.ts";

// /dev/kvm may exist and open and still boot no guest, for example in a virtual machine without nested virtualization. Only a start finds that out,
// so its result is remembered until the kernel or smolvm changes.

const schema = v.object({ with: v.string(), words: v.string() });

export const noBootFile = ({ env }: System): string => `${stateDirectory(env)}/no-boot.json`;
const circumstances = ({ kernel }: System, program: string) => `${kernel} ${program} ${fileStamp(program)}`;

/** The hypervisor's words when it could not create a machine; undefined for any other failure of a start. */
export const hypervisorWords = (run: Run): string | undefined =>
  /KvmContext\(.*?\)+|Error creating KVM object.*|hv_vm_create.*/.exec(failureOf(run).message)?.[0];

export const rememberNoBoot = (system: System, program: string, words: string): void =>
  writePrivate(noBootFile(system), JSON.stringify({ with: circumstances(system, program), words }));

/** The hypervisor's words, if a start failed with this kernel and this smolvm. */
export function knownNoBoot(system: System, program: string): string | undefined {
  const text = readText(noBootFile(system));
  const known = text === undefined ? undefined : v.safeParse(schema, parseJson(text));
  return known?.success && known.output.with === circumstances(system, program) ? known.output.words : undefined;
}
