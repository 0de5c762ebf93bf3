import { targetHere } from "../inventory/kept-target.ts";
import { Ledger } from "../ledger/ledger.ts";
import type { System } from "../system/system.ts";
import { launch } from "./launch.ts";

export type Exec = {
  readonly command: readonly string[];
  /** If undefined, the bottle of the working directory. */
  readonly bottle?: string | undefined;
  readonly profile?: string | undefined;
  readonly dryRun?: boolean | undefined;
};

/** Runs the command in a bottle, and returns its exit status. */
export async function execIn(system: System, { command, bottle, profile, dryRun = false }: Exec): Promise<number> {
  using ledger = new Ledger(system);
  const { env, ...target } =
    bottle === undefined
      ? await targetHere(system, ledger, profile)
      : await (await import("../inventory/find-bottle.ts")).findTarget(system, bottle, profile);
  return launch(system, target, { kind: "exec", terminal: false, command: () => command, env, dryRun });
}
