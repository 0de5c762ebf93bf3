import * as v from "valibot";

/** One denial in `egress-events --json`. `dest` is a name that was looked up, or an address and port. */
const denialSchema = v.object({ timestamp: v.string(), dest: v.string() });

type Denial = v.InferOutput<typeof denialSchema>;

/** A resolver asks for a name twice at once, for each kind of address. */
const togetherMs = 1000;

export function parseDenied(answer: unknown): { at: string; target: string }[] {
  const last = new Map<string, number>();
  const rows = (Array.isArray(answer) ? answer : []).filter((row): row is Denial => v.is(denialSchema, row));
  return rows.flatMap(({ timestamp: at, dest: target }) => {
    const before = last.get(target) ?? -Infinity;
    last.set(target, Date.parse(at));
    const isSame = !/:\d+$/.test(target) && Date.parse(at) - before < togetherMs;
    return isSame ? [] : [{ at, target }];
  });
}
