import * as v from "valibot";

/** What `egress-events --json` says of one refusal: `dest` is a name that was to be resolved, or an address and port. */
const denialSchema = v.object({ timestamp: v.string(), dest: v.string() });

export const parseDenied = (answer: unknown): { at: string; target: string }[] =>
  v.parse(v.array(denialSchema), answer ?? []).map(({ timestamp, dest }) => ({ at: timestamp, target: dest }));
