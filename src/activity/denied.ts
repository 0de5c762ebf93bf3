import type { Backend } from "../backends/backend.ts";
import { UserError } from "../errors.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { Mutes } from "../ledger/mutes.ts";
import { readText, writePrivate } from "../system/files.ts";
import { stateDirectory, type System } from "../system/system.ts";
import { pollMs, type ReadOptions } from "./read.ts";

/** When the bottle was denied hosts, oldest first, without those that the user muted. A backend that needs a command is asked as in `readBottle`. */
export async function denialsIn(
  system: System,
  ledger: Ledger,
  { denied, deniesHere }: Backend,
  bottle: string,
  { poll }: ReadOptions,
): Promise<readonly number[]> {
  const mutes = new Mutes(ledger);
  const ask = async () => {
    try {
      return ((await denied?.(bottle)) ?? []).slice(-mostDenials).flatMap(({ at, target }) => {
        const time = Date.parse(at);
        return Number.isNaN(time) || mutes.has(bottle, target) ? [] : [time];
      });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return [];
    }
  };
  if (deniesHere) return await ask();
  const file = `${stateDirectory(system.env)}/activity/${bottle}.denied`;
  const [askedAt = 0, ...kept] = (readText(file) ?? "").split("\n").filter(Boolean).map(Number);
  const age = system.now() - askedAt;
  if (!poll || (age >= 0 && age < pollMs)) return kept;
  writePrivate(file, [system.now(), ...kept].join("\n"));
  const found = await ask();
  writePrivate(file, [system.now(), ...found].join("\n"));
  return found;
}

const mostDenials = 50;
