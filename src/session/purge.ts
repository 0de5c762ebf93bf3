import { backendOf } from "../backends/registry.ts";
import { UserError } from "../errors.ts";
import { Ledger } from "../ledger/ledger.ts";
import { exists, removeEmptyAbove, removeTree } from "../system/files.ts";
import { configFolder, stateFolder, type System } from "../system/system.ts";
import { listBottles } from "./inventory.ts";

/** Throws UserError while somebody works in any bottle. */
export function refuseSessions(system: System): void {
  if (!exists(`${stateFolder(system.env)}/ledger.db`)) return;
  using ledger = new Ledger(system);
  const names = [...new Set(ledger.sessions().map(({ bottle }) => bottle))];
  if (names.length > 0)
    throw new UserError(`sessions run in ${names.join(", ")}`, { hint: "end them first: claude-bottle ls shows them" });
}

/** Removes every bottle of this user, then our own folders. Throws UserError, with the folders kept, where a bottle cannot go. */
export async function purge(system: System, { dryRun }: { readonly dryRun: boolean }): Promise<void> {
  const { bottles, complaints } = await listBottles(system);
  const [complaint] = complaints;
  if (complaint !== undefined)
    throw new UserError(complaint, { hint: "its bottles could not be removed, and would be left without a record" });
  for (const { name, backend, state } of bottles) {
    system.out(`${dryRun ? "would remove" : "removing"} bottle ${name}\n`);
    if (!dryRun && state !== "missing") await backendOf(system, backend).remove(name);
  }
  for (const folder of [stateFolder(system.env), configFolder(system.env)]) {
    if (folder === undefined || !exists(folder)) continue;
    system.out(`${dryRun ? "would remove" : "removing"} ${folder}\n`);
    if (dryRun) continue;
    removeTree(folder);
    removeEmptyAbove(folder, system.env.HOME ?? "");
  }
}
