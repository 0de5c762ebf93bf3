import { mapLimited, programsAtOnce } from "../lib/pool.ts";
import { basename } from "node:path";
import type { Backend, Leftover, Needed } from "../backends/backend.ts";
import { buildUnfinished, endingProcess } from "../backends/messages.ts";
import { backendNames, backendOf } from "../backends/registry.ts";
import { UserError } from "../errors.ts";
import { Ledger } from "../ledger/ledger.ts";
import { shellLine } from "../lib/quote.ts";
import { exists, isDirectory, isLink, listDirectory, removeFile, removeTree } from "../system/files.ts";
import { isLocked, removeLock } from "../system/lock.ts";
import { endProcess, isAlive } from "../system/process.ts";
import { stateDirectory, type System } from "../system/system.ts";
import { forgetTraps, listTraps } from "../project/trap-watch.ts";
import { forgetBaseline, listBaselines } from "../sync/baseline.ts";
import { forgetClaude, listKept } from "../bottle/kept-claude.ts";
import { listBottles, type Bottle } from "./inventory.ts";
import { describeLosses, findLosses } from "../bottle/losses.ts";
import { clearBottle, forgetRecord } from "../bottle/remove.ts";
import * as messages from "./messages.ts";

/**
 * What has no owner: a machine whose directory is gone, a record or a process whose machine is gone, a link or a lock of a bottle that neither the
 * ledger nor a backend knows, and whatever else backends hold. Backends that do not answer are left out.
 */
export async function findLeftovers(system: System): Promise<Leftover[]> {
  const { bottles } = await listBottles(system);
  const names = new Set(bottles.map(({ name }) => name));
  // Without a ledger, who knows the bottles of an engine that does not answer?
  const isGone = (name: string) => !Ledger.isInMemory && !names.has(name);
  using ledger = new Ledger(system);
  const plans = ledger.bottles().map(({ plan }) => plan);
  const ofBottles = await mapLimited(bottles, programsAtOnce, (bottle) => ofBottle(system, bottle));
  return [...ofBottles.flat(), ...(await ofBackends(system, { plans })), ...files(system, isGone)];
}

export async function ofBackends(system: System, needed: Needed): Promise<Leftover[]> {
  const found = await Promise.all(
    backendNames.map(async (name) => {
      try {
        return await (await backendOf(system, name)).leftovers?.(needed);
      } catch (error) {
        if (error instanceof UserError) return [];
        throw error;
      }
    }),
  );
  // docker and podman may be two clients of one engine.
  return [...new Map(found.flatMap((all) => all ?? []).map((one) => [`${one.kind} ${one.name}`, one])).values()];
}

async function ofBottle(system: System, bottle: Bottle): Promise<Leftover[]> {
  const { name, backend: backendName, state, directory, sessions } = bottle;
  if (sessions.length > 0) return [];
  if (state === "missing") return ofRecord(system, bottle);
  if (state === "unknown" || exists(directory)) return [];
  const backend = await backendOf(system, backendName);
  const lost = await lossesIn(system, backend, name);
  return [
    {
      kind: "machine",
      name,
      why: messages.directoryGone(directory, lost),
      isByHand: lost !== "",
      how: shellLine(["claude-bottle", "rm", "--force", name]),
      remove: () => clearBottle(system, { name, backend: backendName }, () => exists(directory)),
    },
  ];
}

/** What to consider before removing it: its directory may be on a disk that is not mounted now. */
async function lossesIn(system: System, backend: Backend, name: string): Promise<string> {
  using ledger = new Ledger(system);
  const plan = ledger.bottle(name)?.plan;
  try {
    const losses = plan && (await findLosses(backend, plan, { mayStart: false }));
    const lost = losses ? describeLosses(plan, losses) : messages.unknownInIt;
    return lost === undefined ? "" : `; ${lost.replace(/ bottle ".*"$/, " it")}`;
  } catch (error) {
    if (error instanceof UserError) return `; ${messages.unknownInIt}`;
    throw error;
  }
}

function ofRecord(system: System, { name, backend }: Bottle): Leftover[] {
  using ledger = new Ledger(system);
  const machine = ledger.bottle(name)?.machine;
  const why = messages.machineMissing(backend);
  const record: Leftover = {
    kind: "record",
    name,
    why,
    how: messages.forgettingRecord,
    remove: () => forgetRecord(system, { name, backend }),
  };
  if (!machine || !isAlive(machine)) return [record];
  // The pid alone is not enough: the kernel may have reused it.
  const how = endingProcess(machine.pid);
  return [{ kind: "process", name, why, how, remove: () => endProcess(machine) }, record];
}

/**
 * Links and locks that remain because a machine was removed without us, and directories of builds that were killed. Files that we cannot have made
 * are left alone.
 */
function files(system: System, isGone: (bottle: string) => boolean): Leftover[] {
  const state = stateDirectory(system.env);
  const why = messages.noSuchBottle;
  const links = listDirectory(`${state}/links`)
    .filter((name) => isLink(`${state}/links/${name}`) && isGone(name.replace(/(-[0-9a-f]{10})-(?:\d+|agent)$/, "$1")))
    .map((name): Leftover => {
      const path = `${state}/links/${name}`;
      return { kind: "link", name, why, how: shellLine(["rm", path]), remove: async () => (removeFile(path), true) };
    });
  const all = listDirectory(`${state}/locks`).filter((file) => file.endsWith(".db")).map((file) => basename(file, ".db")); // prettier-ignore
  const isOfBottle = (name: string) => name.startsWith("cb-");
  const locks = all
    // A bottle whose project is a copy has a second lock for it.
    .filter((name) => isOfBottle(name) && isGone(name.replace(/-copy$/, "")))
    .filter((name) => !isDirectory(`${state}/locks/${name}.db`))
    .map((name): Leftover => {
      const how = shellLine(["rm", `${state}/locks/${name}.db`]);
      return { kind: "lock", name, why, how, remove: async () => removeLock(system, name) };
    });
  const isBuilding = () => all.some((name) => !isOfBottle(name) && isLocked(system, name));
  const directories = listDirectory(`${state}/builds`)
    .map((name) => `${state}/builds/${name}`)
    .filter((path) => isDirectory(path) && !isLink(path));
  const builds = (isBuilding() ? [] : directories).map((directory): Leftover => {
    const remove = async () => !isBuilding() && (removeTree(directory), true);
    return {
      kind: "directory",
      name: directory,
      why: buildUnfinished,
      how: shellLine(["rm", "-rf", directory]),
      remove,
    };
  });
  const kept = listKept(system)
    .filter(({ directory }) => directory !== "" && !exists(directory))
    .map(({ name, path, directory }): Leftover => {
      const gone = messages.keptClaudeOf(directory);
      const remove = async () => !exists(directory) && (forgetClaude(system, name), true);
      return { kind: "directory", name: path, why: gone, how: shellLine(["rm", "-rf", path]), remove };
    });
  const copies = listBaselines(system)
    .filter(isGone)
    .map((name): Leftover => {
      const how = messages.forgettingCopy;
      return { kind: "record", name, why, how, remove: async () => (forgetBaseline(system, name), true) };
    });
  const traps = listTraps(system)
    .filter(isGone)
    .map((name): Leftover => {
      const how = messages.forgettingTraps;
      return { kind: "record", name, why, how, remove: async () => (forgetTraps(system, name), true) };
    });
  return [...links, ...locks, ...builds, ...kept, ...copies, ...traps];
}
