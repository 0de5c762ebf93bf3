import { basename } from "node:path";
import { backendOf } from "../backends/registry.ts";
import { UserError } from "../errors.ts";
import { packArgv, unpackArgv } from "../guest/copy.ts";
import { Ledger } from "../ledger/ledger.ts";
import { printable, shellLine } from "../lib/quote.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { pipe } from "../system/pipe.ts";
import type { Program, Run, System } from "../system/system.ts";
import { bringUp } from "../bottle/bring-up.ts";
import { checkPlan } from "../bottle/ready.ts";
import { inGuest } from "../backends/in-guest.ts";
import type { Target } from "../bottle/target.ts";

export type Copy = {
  readonly target: Target;
  readonly source: string;
  readonly destination: string;
  readonly dryRun: boolean;
};

/** Files and directories as one tar stream through the backend's exec: modes stay, the owner is the bottle's user. */
export const copyIn = (system: System, copy: Copy): Promise<void> =>
  transfer(system, copy, (guest) => [
    onHost(packArgv(copy.source)),
    guest(unpackArgv(copy.destination, basename(copy.source))),
  ]);

export const copyOut = (system: System, copy: Copy): Promise<void> =>
  transfer(system, copy, (guest) => [
    guest(packArgv(copy.source)),
    onHost(unpackArgv(copy.destination, basename(copy.source))),
  ]);

type InGuest = (command: readonly string[]) => Program;
const onHost = (argv: readonly string[]): Program => ({ argv, env: {} });

async function transfer(
  system: System,
  { target, source, destination, dryRun }: Copy,
  ends: (guest: InGuest) => [Program, Program],
): Promise<void> {
  const { plan } = target;
  const backend = await backendOf(system, plan.backend);
  const guestOf =
    (made: BottlePlan): InGuest =>
    (command) =>
      inGuest(backend, made, command);
  if (dryRun)
    return system.out(
      `${ends(guestOf(plan))
        .map(({ argv }) => shellLine(argv))
        .join(" | ")}\n`,
    );
  using ledger = new Ledger(system);
  checkPlan({ backend, ledger }, plan, { fresh: false });
  const made = await bringUp({ system, backend, ledger }, target, { fresh: false });
  const { from, to } = await pipe(system, ...ends(guestOf(made)));
  // A packer whose reader has gone complains of the pipe; the reader's own words say why.
  const failed = to.code !== 0 && from.code !== 3 ? to : from.code !== 0 ? from : to;
  if (failed.code !== 0)
    throw new UserError(`cannot copy "${printable(source)}" to "${printable(destination)}": ${lastWords(failed)}`);
}

const lastWords = ({ stderr, code }: Run): string => printable(stderr.trim().split("\n")[0] ?? "") || `status ${code}`;
