import type { Backend } from "../backends/backend.ts";
import { backendNames, backendOf } from "../backends/registry.ts";
import { exitCode, UserError } from "../errors.ts";
import { Ledger } from "../ledger/ledger.ts";
import { printable } from "../lib/quote.ts";
import { suggest } from "../lib/suggest.ts";
import { chooseAutomatically } from "./auto.ts";
import type { System } from "../system/system.ts";

/**
 * The backend of the bottle: a bottle stays on the one that it was made on; a new one gets the one that was asked for,
 * or the best that there is.
 * Throws UserError where the two differ.
 */
export async function chooseBackend(
  system: System,
  { bottle, asked }: { readonly bottle: string; readonly asked: string | undefined },
): Promise<Backend> {
  if (asked !== undefined && !backendNames.includes(asked)) throw unknownBackend(asked);
  using ledger = new Ledger(system);
  const made = ledger.bottle(bottle)?.plan.backend;
  if (made !== undefined && asked !== undefined && made !== asked)
    throw new UserError(`bottle "${bottle}" was made on ${made}, not on ${asked}, and stays there`, {
      hint: `remove it first: claude-bottle rm ${bottle}`,
    });
  const name = made ?? asked;
  return name === undefined ? chooseAutomatically(system) : await backendOf(system, name);
}

function unknownBackend(name: string): UserError {
  const like = suggest(name, backendNames);
  return new UserError(`there is no backend "${printable(name)}"${like ? `; did you mean ${like}?` : ""}`, {
    exitCode: exitCode.usage,
    hint: `there are: ${backendNames.join(", ")}`,
  });
}
