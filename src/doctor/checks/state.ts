import { UserError } from "../../errors.ts";
import { shortDuration } from "../../lib/duration.ts";
import { shellLine, shellQuote } from "../../lib/quote.ts";
import { Ledger } from "../../ledger/ledger.ts";
import { exists, inspect, isDirectory, isLink, listDirectory } from "../../system/files.ts";
import { stateDirectory } from "../../system/system.ts";
import { orItsError, type Facts } from "../facts.ts";
import { byHand, safely, well, type Finding } from "../finding.ts";

const clockToleranceMs = 5 * 60_000;
const ledgerUse = "bottles and sessions are noted there";

export function checkStateDirectory({ system }: Facts): Finding[] {
  const id = "state";
  const directory = orItsError(() => stateDirectory(system.env));
  if (directory instanceof UserError)
    return [
      { id, level: "error", what: directory.message, why: "no bottle can be noted", fix: byHand(directory.hint ?? "") },
    ];
  if ((isLink(directory) || exists(directory)) && !isDirectory(directory))
    return [
      {
        id: "state.kind",
        level: "error",
        what: `"${directory}" is no directory`,
        why: ledgerUse,
        fix: byHand(shellLine(["mv", directory, `${directory}.old`])),
      },
    ];
  const found = inspect(directory);
  if (!found) return [well(id, `${directory}, made by the first bottle`)];
  if (found.uid !== system.user.uid)
    return [
      {
        id: "state.owner",
        level: system.user.uid === 0 ? "warning" : "error",
        what: `"${directory}" belongs to another user (${found.uid})`,
        why: "bottles and sessions are noted there, as by a run with sudo",
        fix: byHand(`sudo chown -R $(id -u):$(id -g) ${shellQuote(directory)}`),
      },
    ];
  const mode = found.mode.toString(8).padStart(3, "0");
  if ((found.mode & 0o700) !== 0o700)
    return [
      {
        id: "state.rights",
        level: "error",
        what: `"${directory}" may not be written by you (mode ${mode})`,
        why: ledgerUse,
        fix: safely("chmod", "700", directory),
      },
    ];
  if ((found.mode & 0o077) !== 0)
    return [
      {
        id: "state.mode",
        level: "warning",
        what: `"${directory}" is open to others (mode ${mode})`,
        why: "it says what you work on, and may hold a login",
        fix: safely("chmod", "700", directory),
      },
    ];
  return [well(id, directory)];
}

/** That it can be opened and is of a version that we know. */
export function checkLedger({ system }: Facts): Finding[] {
  const id = "ledger";
  const bottles = orItsError(() => {
    using ledger = new Ledger(system);
    return ledger.bottles().length;
  });
  if (!(bottles instanceof UserError)) return [well(id, `${bottles} bottle${bottles === 1 ? "" : "s"}`)];
  return [
    {
      id,
      level: "error",
      what: bottles.message,
      why: "which bottle is whose, and which session runs in it, stands there",
      fix: byHand(bottles.hint ?? "claude-bottle upgrade"),
    },
  ];
}

/** Of a clock that has gone back since we last wrote something; tokens and certificates are judged by it. */
export function checkClock({ system }: Facts): Finding[] {
  const directory = orItsError(() => stateDirectory(system.env));
  if (directory instanceof UserError) return [];
  const times = listDirectory(directory).map((name) => inspect(`${directory}/${name}`)?.modifiedAt ?? 0);
  const ahead = Math.max(0, ...times) - system.now();
  const id = "clock";
  if (ahead < clockToleranceMs) return [well(id, new Date(system.now()).toISOString())];
  return [
    {
      id,
      level: "warning",
      what: `this machine's clock stands ${shortDuration(ahead)} before the last change of "${directory}"`,
      why: "with a wrong clock a valid token counts as ended, and no certificate of a server holds",
      fix: byHand("sudo timedatectl set-ntp true"),
    },
  ];
}
