import type { System } from "../system/system.ts";
import { checkAgent } from "./checks/agent.ts";
import { checkBackends } from "./checks/backends.ts";
import { checkCredential } from "./checks/credential.ts";
import { checkDisk } from "./checks/disk.ts";
import { gatherFacts, type Facts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { checkHost, checkKvm } from "./checks/host.ts";
import { checkLeftovers } from "./checks/leftovers.ts";
import { checkGit, checkPath } from "./checks/programs.ts";
import { checkSession } from "./checks/session.ts";
import { checkClock, checkLedger, checkStateDirectory } from "./checks/state.ts";
import { checkTerminal } from "./checks/terminal.ts";
import { checkTmux } from "./checks/tmux.ts";

export type Check = (facts: Facts) => readonly Finding[] | Promise<readonly Finding[]>;

/** Checks that do not need the ledger, including those that the ledger depends on. */
const ground: readonly Check[] = [
  checkHost,
  checkTerminal,
  checkTmux,
  checkGit,
  checkPath,
  checkStateDirectory,
  checkDisk,
  checkClock,
];
const backends: readonly Check[] = [checkKvm, checkBackends];
/** Checks that need the ledger. */
const building: readonly Check[] = [...backends, checkSession, checkAgent, checkCredential, checkLeftovers];

export type Examination = { readonly findings: readonly Finding[]; readonly backend: string | undefined };

export async function examine(system: System): Promise<Examination> {
  const facts = await gatherFacts(system);
  const base = await all(ground, facts);
  // One cause, one finding: without a place for the ledger every later check would fail too.
  const record = isFirm(base) ? checkLedger(facts) : [];
  const rest = await all(isFirm([...base, ...record]) ? building : backends, facts);
  return { findings: [...base, ...record, ...rest], backend: facts.backend };
}

const isFirm = (findings: readonly Finding[]): boolean => findings.every(({ level }) => level !== "error");

const all = async (checks: readonly Check[], facts: Facts): Promise<Finding[]> =>
  (await Promise.all(checks.map((check) => check(facts)))).flat();

/** Whether a session can start here now. */
export const starts = ({ findings }: Examination): boolean => isFirm(findings);
