import type { Finding } from "./finding.ts";
import { well } from "./finding.ts";
import type { Facts } from "./facts.ts";
import { byHand } from "./fix.ts";

/** Why one is passed over stands in the same words in the error of `run`. */
export function checkBackends({ probes, backend, isAsked }: Facts): Finding[] {
  return [...probes].map(([name, probe]) => {
    const id = `backend.${name}`;
    if (probe.usable) return well(id, `${name} ${probe.version ?? ""}`.trim());
    const isNeeded = backend === undefined || (isAsked && name === backend);
    return {
      id,
      level: isNeeded ? "error" : "note",
      what: probe.reason,
      why: isNeeded ? "a bottle here needs it" : `not needed here: bottles are made on ${backend}`,
      fix: byHand(probe.hint),
    };
  });
}
