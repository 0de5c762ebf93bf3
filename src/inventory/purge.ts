import { backendOf } from "../backends/registry.ts";
import { UserError } from "../errors.ts";
import { Ledger } from "../ledger/ledger.ts";
import { forgetLogin, hasLogin } from "../login/login.ts";
import { exists, removeEmptyAbove, removeTree } from "../system/files.ts";
import { cacheDirectory, configDirectory, stateDirectory, type System } from "../system/system.ts";
import { type Bottle, listBottles } from "./inventory.ts";
import { ofBackends } from "./leftovers.ts";
import { describeLosses, findLosses } from "../bottle/losses.ts";
import { clearBottle } from "../bottle/remove.ts";
import { holdBottle } from "../bottle/hold.ts";
import { warn } from "../ui/messages.ts";
import { pullBeforeRemoval } from "../sync/travel.ts";
import { sessionsRunning, bottlesUnknown } from "./errors.ts";
import { keptLogin, purging, stillInUse, thatBottle, unknownLosses } from "./messages.ts";

/** Throws UserError while a session runs in any bottle. */
export function refuseSessions(system: System): void {
  if (!exists(`${stateDirectory(system.env)}/ledger.db`)) return;
  using ledger = new Ledger(system);
  const names = [...new Set(ledger.sessions().map(({ bottle }) => bottle))];
  if (names.length > 0) throw sessionsRunning(names);
}

async function bringCopiesHome(system: System, bottles: readonly Bottle[]): Promise<void> {
  for (const { name, backend } of bottles.filter(({ copied }) => copied))
    await holdBottle(system, name, async () => {
      using ledger = new Ledger(system);
      await pullBeforeRemoval({ system, backend: await backendOf(system, backend) }, ledger.bottle(name)?.plan);
    });
}

/**
 * Removes every bottle of this user, everything else that backends hold for us, and our own directories. Throws UserError, and removes nothing, if
 * changes in a project's copy cannot be brought back. Throws it with our directories kept if a bottle cannot be removed.
 */
export async function purge(system: System, { dryRun }: { readonly dryRun: boolean }): Promise<void> {
  const { bottles, complaints } = await listBottles(system);
  const [complaint] = complaints;
  if (complaint !== undefined) throw bottlesUnknown(complaint);
  if (!dryRun) await bringCopiesHome(system, bottles);
  const say = (what: string) => system.out(`${purging(what, dryRun)}\n`);
  for (const bottle of bottles) {
    const { name, backend, state } = bottle;
    const lost = dryRun ? await lossesIn(system, bottle) : undefined;
    say(thatBottle(name, lost));
    if (dryRun || state === "missing") continue;
    if (!(await clearBottle(system, { name, backend }))) throw sessionsRunning([name]);
  }
  const purged = bottles.map(({ name }) => name);
  for (const { kind, name, remove } of await ofBackends(system, { plans: [], purged })) {
    say(`${kind} ${name}`);
    if (!dryRun && !(await remove())) warn(system, stillInUse(kind, name));
  }
  // The login may be in the system's keychain rather than in a directory of ours.
  if (hasLogin(system)) {
    say(keptLogin);
    if (!dryRun) await forgetLogin(system);
  }
  for (const directory of [stateDirectory(system.env), configDirectory(system.env), cacheDirectory(system.env)]) {
    if (directory === undefined || !exists(directory)) continue;
    say(directory);
    if (dryRun) continue;
    removeTree(directory);
    removeEmptyAbove(directory, system.env.HOME ?? "");
  }
}

/** What only exists in a bottle, in words; undefined for nothing. */
async function lossesIn(system: System, { name, backend, state }: Bottle): Promise<string | undefined> {
  if (state === "missing") return undefined;
  using ledger = new Ledger(system);
  const plan = ledger.bottle(name)?.plan;
  if (!plan) return unknownLosses;
  try {
    const losses = await findLosses(await backendOf(system, backend), plan, { mayStart: false });
    return losses ? describeLosses(plan, losses)?.replace(` only in bottle "${name}"`, " only in it") : unknownLosses;
  } catch (error) {
    if (error instanceof UserError) return unknownLosses;
    throw error;
  }
}
