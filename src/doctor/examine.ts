import type { System } from "../system/system.ts";
import { checkAgent } from "./agent.ts";
import { checkBackends } from "./backends.ts";
import { checkCredential } from "./credential.ts";
import { checkDisk } from "./disk.ts";
import { gatherFacts, type Facts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { checkHost, checkKvm } from "./host.ts";
import { checkLeftovers } from "./leftovers.ts";
import { checkGit, checkPath } from "./programs.ts";
import { checkSession } from "./session.ts";
import { checkClock, checkLedger, checkStateFolder } from "./state.ts";
import { checkTerminal } from "./terminal.ts";
import { checkTmux } from "./tmux.ts";

export type Check = (facts: Facts) => readonly Finding[] | Promise<readonly Finding[]>;

/** What needs no record of ours, and what that record stands on. */
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
const building: readonly Check[] = [...backends, checkSession, checkAgent, checkCredential, checkLeftovers];

export type Examination = { readonly findings: readonly Finding[]; readonly backend: string | undefined };

export async function examine(system: System): Promise<Examination> {
  const facts = await gatherFacts(system);
  const base = await all(ground, facts);
  // One cause, one finding: without a place for the record everything else would fail of that too.
  const record = isFirm(base) ? checkLedger(facts) : [];
  const rest = await all(isFirm([...base, ...record]) ? building : backends, facts);
  return { findings: [...base, ...record, ...rest], backend: facts.backend };
}

const isFirm = (findings: readonly Finding[]): boolean => findings.every(({ level }) => level !== "error");

const all = async (checks: readonly Check[], facts: Facts): Promise<Finding[]> =>
  (await Promise.all(checks.map((check) => check(facts)))).flat();

/** Whether a session would start here, now. */
export const starts = ({ findings }: Examination): boolean => isFirm(findings);
