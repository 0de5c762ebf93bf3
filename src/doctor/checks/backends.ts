import { manualFix, safeFix, ok, type Finding } from "../finding.ts";
import { relevance, type Facts } from "../facts.ts";

/** `run` gives the reason for skipping a backend in the same words. */
export function checkBackends(facts: Facts): Finding[] {
  return [...facts.probes].flatMap(([name, probe]) => {
    const id = `backend.${name}`;
    if (probe.usable) return [ok(id, `${name} ${probe.version ?? ""}`.trim())];
    const { reason, hint, notedIn } = probe;
    // The finding for /dev/kvm says it already.
    if (reason === facts.kvm?.message) return [];
    const { level, why } = relevance(facts, name);
    if (notedIn === undefined) return [{ id, level, what: reason, why, ...(hint !== "" && { fix: manualFix(hint) }) }];
    const remembered = `an earlier start found this, and later starts rely on it until the note is removed; ${hint}`;
    return [{ id, level, what: reason, why: remembered, fix: safeFix("rm", notedIn) }];
  });
}
