import type { StepOptions } from "../backends/backend.ts";
import { UserError } from "../errors.ts";
import { packArgv, unpackAsArgv } from "../guest/copy.ts";
import { printable } from "../lib/quote.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { sessionUser } from "../plan/session.ts";
import { exists, renameUnlessPresent, listDirectory, readText, removeTree, writePrivate } from "../system/files.ts";
import { pipe } from "../system/pipe.ts";
import { stateDirectory, type Program, type System } from "../system/system.ts";
import { inGuest } from "../backends/in-guest.ts";
import type { BottleContext } from "./context.ts";
import { inform } from "../ui/messages.ts";

// A removed bottle's ~/.claude, as the bottle packed it. Nothing of it is unpacked on the host: it waits for the next bottle of the name.

const root = (system: System) => `${stateDirectory(system.env)}/kept`;
const archiveOf = (system: System, name: string) => `${root(system)}/${name}/claude.tar`;
const homeOf = (plan: BottlePlan) => `${sessionUser(plan).home}/.claude`;

/** Before the bottle is removed. Throws UserError where it cannot be kept. */
export async function keepClaude({ system, backend }: Omit<BottleContext, "ledger">, plan: BottlePlan, options: StepOptions = {}): Promise<void> {
  const machine = await backend.find(plan.name);
  if (!machine) return;
  if (machine.state !== "running") await backend.start(plan, options);
  const archive = archiveOf(system, plan.name);
  writePrivate(`${root(system)}/${plan.name}/directory`, plan.directory);
  const write: Program = { argv: ["/bin/sh", "-c", 'umask 077; exec cat >"$1"', "sh", `${archive}.new`], env: {} };
  await carry(system, inGuest(backend, plan, packArgv(homeOf(plan))), write, `keep ~/.claude of bottle "${plan.name}"`);
  renameUnlessPresent(`${archive}.new`, archive);
  inform(system, `~/.claude of bottle "${plan.name}" is kept for the next one`);
} // prettier-ignore

/** Into a bottle that has just been made. */
export async function restoreClaude(
  { system, backend }: Omit<BottleContext, "ledger">,
  plan: BottlePlan,
): Promise<void> {
  const archive = archiveOf(system, plan.name);
  if (!exists(archive)) return;
  const unpack = inGuest(backend, plan, unpackAsArgv(homeOf(plan)));
  await carry(system, { argv: ["cat", archive], env: {} }, unpack, `restore ~/.claude of bottle "${plan.name}"`);
}

export const forgetClaude = (system: System, name: string): void => removeTree(`${root(system)}/${name}`);

/** What is kept, and for which project. */
export const listKept = (system: System): { readonly name: string; readonly path: string; readonly directory: string }[] =>
  listDirectory(root(system)).map((name) => {
    const path = `${root(system)}/${name}`;
    return { name, path, directory: readText(`${path}/directory`) ?? "" };
  }); // prettier-ignore

async function carry(system: System, reader: Program, writer: Program, doing: string): Promise<void> {
  const { from, to } = await pipe(system, reader, writer);
  const failed = from.code !== 0 ? from : to;
  if (failed.code === 0) return;
  throw new UserError(`cannot ${doing}: ${printable(failed.stderr.trim().split("\n")[0] ?? "")}`);
}
