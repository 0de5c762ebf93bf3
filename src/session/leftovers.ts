import { basename } from "node:path";
import { backendOf } from "../backends/registry.ts";
import { Ledger } from "../ledger/ledger.ts";
import { printable, shellLine } from "../lib/quote.ts";
import { exists, listFolder, removeLink } from "../system/files.ts";
import { removeLock } from "../system/lock.ts";
import { endProcess, isAlive } from "../system/process.ts";
import { stateFolder, type System } from "../system/system.ts";
import { listBottles, type Bottle } from "./inventory.ts";

/** Something of ours that nobody needs any more. */
export type Leftover = {
  readonly kind: "machine" | "record" | "process" | "link" | "lock";
  readonly name: string;
  readonly why: string;
  /** What `remove` does, in a line. */
  readonly how: string;
  /** Looks once more whether nobody needs it, and answers false where somebody does. */
  remove(): Promise<boolean>;
};

/**
 * What has no owner: a machine whose directory is gone, a record or a process whose machine is gone, a link or a lock
 * of a bottle that is neither recorded nor at a backend. Nothing is said of a backend that does not answer.
 */
export async function findLeftovers(system: System): Promise<Leftover[]> {
  const { bottles } = await listBottles(system);
  const found = bottles.flatMap((bottle) => ofBottle(system, bottle));
  const names = new Set(bottles.map(({ name }) => name));
  return [...found, ...files(system, names)];
}

function ofBottle(system: System, bottle: Bottle): Leftover[] {
  const { name, backend, state, directory, sessions } = bottle;
  if (sessions.length > 0) return [];
  if (state === "missing") {
    using ledger = new Ledger(system);
    const machine = ledger.bottle(name)?.machine;
    const why = `${backend} no longer has its machine`;
    const record: Leftover = {
      kind: "record",
      name,
      why,
      how: `forget it in the ledger`,
      remove: async () => {
        using ledger = new Ledger(system);
        const isIdle = ledger.sessions(name).length === 0;
        if (isIdle) ledger.forgetBottle(name);
        return isIdle;
      },
    };
    if (!machine || !isAlive(machine)) return [record];
    // Its number alone would not do: the kernel may have given it to another process by now.
    const how = `end process ${machine.pid}`;
    return [{ kind: "process", name, why, how, remove: () => endProcess(machine) }, record];
  }
  if (state === "unknown" || exists(directory)) return [];
  return [
    {
      kind: "machine",
      name,
      why: `its directory ${printable(directory)} is gone`,
      how: shellLine(["claude-bottle", "rm", "--force", name]),
      remove: async () => {
        using ledger = new Ledger(system);
        if (exists(directory) || ledger.sessions(name).length > 0) return false;
        await backendOf(system, backend).remove(name);
        ledger.forgetBottle(name);
        return true;
      },
    },
  ];
}

/** Links and locks outlive their bottle where a machine was removed behind our back. */
function files(system: System, bottles: ReadonlySet<string>): Leftover[] {
  const state = stateFolder(system.env);
  const why = "there is no bottle of that name";
  const links = listFolder(`${state}/links`)
    .filter((name) => !bottles.has(name))
    .map((name): Leftover => {
      const path = `${state}/links/${name}`;
      return { kind: "link", name, why, how: shellLine(["rm", path]), remove: async () => (removeLink(path), true) };
    });
  const locks = listFolder(`${state}/locks`)
    .filter((file) => file.endsWith(".db") && !bottles.has(basename(file, ".db")))
    .map((file): Leftover => {
      const name = basename(file, ".db");
      const how = shellLine(["rm", `${state}/locks/${file}`]);
      return { kind: "lock", name, why, how, remove: async () => removeLock(system, name) };
    });
  return [...links, ...locks];
}
