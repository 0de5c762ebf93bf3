import type { System } from "../system/system.ts";
import { UserError } from "../errors.ts";
import { checkBackends } from "./backends.ts";
import { gatherFacts, type Facts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { checkCredential } from "./credential.ts";
import { checkHost, checkKvm } from "./host.ts";
import { checkGit, checkPath } from "./programs.ts";
import { checkTerminal } from "./terminal.ts";
import { checkTmux } from "./tmux.ts";
import { checkSession } from "./session.ts";
import { checkClock, checkDisk, checkLeftovers, checkStateFolder } from "./storage.ts";

export type Check = (facts: Facts) => readonly Finding[] | Promise<readonly Finding[]>;

/** What stands on the ground that we keep our record on. */
const ground: readonly Check[] = [
  checkHost,
  checkTerminal,
  checkTmux,
  checkGit,
  checkPath,
  checkStateFolder,
  checkDisk,
  checkClock,
];
const backends: readonly Check[] = [checkKvm, checkBackends];
/** What needs that record. */
const building: readonly Check[] = [...backends, checkSession, checkCredential, checkLeftovers];

export type Examination = { readonly findings: readonly Finding[]; readonly backend: string | undefined };

export async function examine(system: System): Promise<Examination> {
  const facts = await gatherFacts(system);
  const base = await all(ground, facts);
  // One cause, one finding: without a place for the record everything else would fail of that too.
  const rest = base.some(({ level }) => level === "error") ? backends : building;
  return { findings: [...base, ...(await all(rest, facts))], backend: facts.backend };
}

const all = async (checks: readonly Check[], facts: Facts): Promise<Finding[]> =>
  (await Promise.all(checks.map((check) => check(facts)))).flat();

/** Whether a session would start here, now. */
export const starts = ({ findings }: Examination): boolean => findings.every(({ level }) => level !== "error");
