import { count } from "../../lib/count.ts";
import { UserError } from "../../errors.ts";
import { shortDuration } from "../../lib/duration.ts";
import { shellLine, shellQuote } from "../../lib/quote.ts";
import { Ledger } from "../../ledger/ledger.ts";
import { exists, fileStatus, isDirectory, isLink, listDirectory } from "../../system/files.ts";
import { stateDirectory } from "../../system/system.ts";
import { attempt, type Facts } from "../facts.ts";
import { manualFix, safeFix, ok, type Finding } from "../finding.ts";

const clockToleranceMs = 5 * 60_000;
const ledgerUse = "bottles and sessions are recorded there";

export function checkStateDirectory({ system }: Facts): Finding[] {
  const id = "state";
  const directory = attempt(() => stateDirectory(system.env));
  if (directory instanceof UserError)
    return [
      {
        id,
        level: "error",
        what: directory.message,
        why: "no bottle can be recorded",
        fix: manualFix(directory.hint ?? ""),
      },
    ];
  if ((isLink(directory) || exists(directory)) && !isDirectory(directory))
    return [
      {
        id: "state.kind",
        level: "error",
        what: `"${directory}" is not a directory`,
        why: ledgerUse,
        fix: manualFix(shellLine(["mv", directory, `${directory}.old`])),
      },
    ];
  const found = fileStatus(directory);
  if (!found) return [ok(id, `${directory}, created by the first bottle`)];
  if (found.uid !== system.user.uid)
    return [
      {
        id: "state.owner",
        level: system.user.uid === 0 ? "warning" : "error",
        what: `"${directory}" belongs to another user (${found.uid})`,
        why: "bottles and sessions are recorded there; a run with sudo may have created it",
        fix: manualFix(`sudo chown -R $(id -u):$(id -g) ${shellQuote(directory)}`),
      },
    ];
  const mode = found.mode.toString(8).padStart(3, "0");
  if ((found.mode & 0o700) !== 0o700)
    return [
      {
        id: "state.rights",
        level: "error",
        what: `"${directory}" is not writable for you (mode ${mode})`,
        why: ledgerUse,
        fix: safeFix("chmod", "700", directory),
      },
    ];
  if ((found.mode & 0o077) !== 0)
    return [
      {
        id: "state.mode",
        level: "warning",
        what: `"${directory}" is group- or world-readable (mode ${mode})`,
        why: "it shows what you work on, and may hold a credential",
        fix: safeFix("chmod", "700", directory),
      },
    ];
  return [ok(id, directory)];
}

/** Checks that the ledger opens and has a known version. */
export function checkLedger({ system }: Facts): Finding[] {
  const id = "ledger";
  const bottles = attempt(() => {
    using ledger = new Ledger(system);
    return ledger.bottles().length;
  });
  if (!(bottles instanceof UserError)) return [ok(id, count(bottles, "bottle"))];
  return [
    {
      id,
      level: "error",
      what: bottles.message,
      why: "it records which bottle belongs to which directory, and which sessions run",
      fix: manualFix(bottles.hint ?? "claude-bottle upgrade"),
    },
  ];
}

/** Detects a clock that went back since our last write. Tokens and certificates depend on it. */
export function checkClock({ system }: Facts): Finding[] {
  const directory = attempt(() => stateDirectory(system.env));
  if (directory instanceof UserError) return [];
  const times = listDirectory(directory).map((name) => fileStatus(`${directory}/${name}`)?.modifiedAt ?? 0);
  const ahead = Math.max(0, ...times) - system.now();
  const id = "clock";
  if (ahead < clockToleranceMs) return [ok(id, new Date(system.now()).toISOString())];
  return [
    {
      id,
      level: "warning",
      what: `this machine's clock is ${shortDuration(ahead)} behind the last change of "${directory}"`,
      why: "with a wrong clock, valid tokens and server certificates count as expired",
      fix: manualFix("sudo timedatectl set-ntp true"),
    },
  ];
}
