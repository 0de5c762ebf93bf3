// git's list of packed references: `packed-refs` in a repository.

type Packed = { readonly oid: string; readonly lines: string };

/** The three versions of the list, as git wrote them. */
export type PackedRefs = {
  /** The repository's list when the bottle got its own. */
  readonly base: string;
  /** The bottle's. */
  readonly own: string;
  /** The repository's now. */
  readonly host: string;
};

/**
 * The repository's list with what the bottle removed from its own, or added to it. `isLoose`: the reference is also in a file by itself, which
 * counts before the list. Undefined if there is nothing to change, or a list is not understood.
 */
export function mergePackedRefs(
  { base, own, host }: PackedRefs,
  isLoose: (name: string) => boolean,
): string | undefined {
  const [before, inside, now] = [parse(base), parse(own), parse(host)];
  if (!before || !inside || !now) return undefined;
  const merged = new Map(now);
  for (const [name, { oid }] of before) if (!inside.has(name) && now.get(name)?.oid === oid) merged.delete(name);
  for (const [name, packed] of inside)
    if (packed.oid !== before.get(name)?.oid && now.get(name)?.oid === before.get(name)?.oid && !isLoose(name))
      merged.set(name, packed);
  const lines = [...merged].sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  const text = `${header}${lines.map(([, packed]) => packed.lines).join("")}`;
  const isSame = merged.size === now.size && [...merged].every(([name, { oid }]) => now.get(name)?.oid === oid);
  return isSame ? undefined : text;
}

const header = "# pack-refs with: peeled fully-peeled sorted \n";

/** References by name. A tag's second line says what it points to. Undefined for anything that git 2 does not write. */
function parse(text: string): Map<string, Packed> | undefined {
  const found = new Map<string, Packed>();
  if (text === "") return found;
  if (!/^# pack-refs with:.* fully-peeled /.test(text)) return undefined;
  let last = "";
  for (const line of text.split("\n").slice(1, -1)) {
    const [, oid, name] = /^([0-9a-f]{40}(?:[0-9a-f]{24})?) (.+)$/.exec(line) ?? [];
    const packed = found.get(last);
    if (oid !== undefined && name !== undefined && isName(name)) found.set((last = name), { oid, lines: `${line}\n` });
    else if (/^\^[0-9a-f]{40,64}$/.test(line) && packed) found.set(last, { ...packed, lines: `${packed.lines}${line}\n` });
    else return undefined;
  }
  return found;
} // prettier-ignore

/** The rules of `git check-ref-format`. */
const isName = (name: string): boolean =>
  /^refs\/[^\x00-\x20\x7f~^:?*[\\]+$/.test(name) && !/\.\.|\/\/|@\{|\/\.|\.lock(?:\/|$)|[/.]$/.test(name);
