/** Where a key, or an item of an array, stands in the text; offsets. */
export type Place = {
  readonly start: number;
  readonly end: number;
  readonly children: Map<string, Place>;
  readonly holds: Contents;
  /** Written between brackets rather than before a value. */
  readonly isHeader: boolean;
  /** Written as `[[key]]`; the children are its tables. */
  isList: boolean;
};

/** The values of variables may be secret; the table of secrets holds sources, where only a value that stands in for one may. */
type Contents = "values" | "variables" | "secrets" | "source";

export const isPrivate = ({ holds }: Place): boolean => holds !== "values";

function contentsOf(parent: Contents, name: string): Contents {
  if (parent === "variables") return "variables";
  if (parent === "secrets") return "source";
  if (parent === "source") return "values";
  return name === "env" ? "variables" : name === "secrets" ? "secrets" : "values";
}

export type Layout = {
  readonly root: Place;
  /** Offsets of the values that must not be shown. */
  readonly privateValues: readonly (readonly [start: number, end: number])[];
};

/** The parser says where it failed but not where the values that it read stand. Expects text that it has accepted. */
export function locateKeys(toml: string): Layout {
  let at = 0;
  const root: Place = {
    start: 0,
    end: 0,
    children: new Map(),
    holds: "values",
    isHeader: true,
    isList: false,
  };
  const privateValues: [number, number][] = [];

  function child(parent: Place, name: string, start: number, end: number, isHeader = false): Place {
    const known = parent.children.get(name);
    if (known) return known;
    const place: Place = {
      start,
      end,
      children: new Map(),
      holds: contentsOf(parent.holds, name),
      isHeader,
      isList: false,
    };
    parent.children.set(name, place);
    return place;
  }

  function skipBlank(): void {
    while (at < toml.length) {
      if (toml[at] === "#") at = endOfLine(toml, at);
      else if (/[ \t\r\n]/.test(toml.charAt(at))) at++;
      else return;
    }
  }

  function skipString(): void {
    const quote = toml.charAt(at);
    const isLong = toml.startsWith(quote.repeat(3), at);
    const close = isLong ? quote.repeat(3) : quote;
    at += close.length;
    while (at < toml.length && !toml.startsWith(close, at)) at += quote === '"' && toml[at] === "\\" ? 2 : 1;
    at += close.length;
    // A long string may end in quotes of its own.
    while (isLong && toml[at] === quote) at++;
  }

  function readName(): string {
    const start = at;
    if (toml[at] === '"' || toml[at] === "'") {
      skipString();
      return unquote(toml.slice(start, at));
    }
    while (/[A-Za-z0-9_-]/.test(toml.charAt(at))) at++;
    return toml.slice(start, at);
  }

  function readKey(parent: Place, isHeader = false): Place {
    let place = parent;
    for (;;) {
      skipBlank();
      const start = at;
      const name = readName();
      place = child(place.isList ? lastOf(place) : place, name, start, at, isHeader);
      skipBlank();
      if (toml[at] !== ".") return place;
      at++;
    }
  }

  function readAssignment(parent: Place): void {
    const place = readKey(parent);
    at++;
    skipBlank();
    readValue(place);
  }

  function readItems(close: string, readItem: (index: number) => void): void {
    at++;
    for (let index = 0; at < toml.length; index++) {
      skipBlank();
      if (toml[at] !== close) readItem(index);
      skipBlank();
      if (toml[at++] === close) return;
    }
  }

  function readValue(place: Place): void {
    const start = at;
    if (toml[at] === "[") return readItems("]", (index) => readValue(child(place, String(index), at, at)));
    if (toml[at] === "{") return readItems("}", () => readAssignment(place));
    if (toml[at] === '"' || toml[at] === "'") skipString();
    else while (at < toml.length && !/[,\]}#\n]/.test(toml.charAt(at))) at++;
    if (isPrivate(place)) privateValues.push([start, at]);
  }

  function readHeader(): Place {
    const isList = toml.startsWith("[[", at);
    at += isList ? 2 : 1;
    skipBlank();
    const start = at;
    const place = readKey(root, true);
    const end = at;
    at += isList ? 2 : 1;
    if (!isList) return place.isList ? lastOf(place) : place;
    place.isList = true;
    return child(place, String(place.children.size), start, end, true);
  }

  let table = root;
  for (skipBlank(); at < toml.length; skipBlank()) {
    if (toml[at] === "[") table = readHeader();
    else readAssignment(table);
  }
  return { root, privateValues };
}

export function findPlace(layout: Layout, path: readonly string[]): Place | undefined {
  let place: Place | undefined = layout.root;
  for (const key of path) place = place?.children.get(key);
  return place;
}

export function endOfLine(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end === -1 ? text.length : end;
}

const lastOf = (list: Place): Place => list.children.get(String(list.children.size - 1)) ?? list;

const escapes: Readonly<Record<string, string>> = {
  b: "\b",
  t: "\t",
  n: "\n",
  f: "\f",
  r: "\r",
  e: "\x1b",
};

function unquote(key: string): string {
  const text = key.slice(1, -1);
  if (key.startsWith("'")) return text;
  return text.replace(/\\(?:x(..)|u(.{4})|U(.{8})|(.))/gs, (_, two, four, eight, letter: string) =>
    letter === undefined
      ? String.fromCodePoint(Number.parseInt(two ?? four ?? eight, 16))
      : (escapes[letter] ?? letter),
  );
}
