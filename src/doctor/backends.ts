import type { Finding } from "./finding.ts";
import { well } from "./finding.ts";
import type { Facts } from "./facts.ts";
import { byHand, safely } from "./fix.ts";

/** Why one is passed over stands in the same words in the error of `run`. */
export function checkBackends({ probes, backend, isAsked, kvm }: Facts): Finding[] {
  return [...probes].flatMap(([name, probe]) => {
    const id = `backend.${name}`;
    if (probe.usable) return [well(id, `${name} ${probe.version ?? ""}`.trim())];
    // The finding of /dev/kvm itself says it.
    if (probe.reason === kvm?.message) return [];
    const isNeeded = backend === undefined || (isAsked && name === backend);
    const why = isNeeded ? "a bottle here needs it" : `not needed here: bottles are made on ${backend}`;
    const { reason, hint, notedIn } = probe;
    const finding = { id, level: isNeeded ? "error" : "note", what: reason } as const;
    return [
      notedIn === undefined
        ? { ...finding, why, fix: byHand(hint) }
        : {
            ...finding,
            why: `an earlier start found it, and it is believed until it is forgotten; ${hint}`,
            fix: safely("rm", notedIn),
          },
    ];
  });
}
