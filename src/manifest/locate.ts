import type { AST } from "toml-eslint-parser";

/** The offsets of a key or an array's item in the text. */
export type Place = {
  readonly start: number;
  readonly end: number;
  readonly children: Map<string, Place>;
  readonly holds: Contents;
  /** Written as a [header] rather than before a value. */
  readonly isHeader: boolean;
  /** Written as `[[key]]`. The children are its tables. */
  isList: boolean;
};

/** Variables may hold secrets. The table of secrets holds sources, so only a value in place of a source may be secret. */
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

/** smol-toml reports where it failed, but not where values stand. Requires text that it has accepted. */
export function locateKeys(toml: string): Layout {
  const root: Place = { start: 0, end: 0, children: new Map(), holds: "values", isHeader: true, isList: false };
  const privateValues: [number, number][] = [];

  function child(parent: Place, name: string, [start, end]: readonly [number, number], isHeader = false): Place {
    const known = parent.children.get(name);
    if (known) return known;
    const holds = contentsOf(parent.holds, name);
    const place: Place = { start, end, children: new Map(), holds, isHeader, isList: false };
    parent.children.set(name, place);
    return place;
  }

  const keyBelow = (parent: Place, { keys }: AST.TOMLKey, isHeader = false): Place =>
    keys.reduce((place, key) => {
      const name = key.type === "TOMLBare" ? key.name : key.value;
      return child(place.isList ? lastOf(place) : place, name, key.range, isHeader);
    }, parent);

  function readValue(place: Place, value: AST.TOMLContentNode): void {
    if (value.type === "TOMLArray")
      value.elements.forEach((item, index) =>
        readValue(child(place, String(index), [item.range[0], item.range[0]]), item),
      );
    else if (value.type === "TOMLInlineTable") for (const pair of value.body) readPair(place, pair);
    else if (isPrivate(place)) privateValues.push([...value.range]);
  }

  const readPair = (parent: Place, { key, value }: AST.TOMLKeyValue) => readValue(keyBelow(parent, key), value);

  function tableOf({ key, kind }: AST.TOMLTable): Place {
    const place = keyBelow(root, key, true);
    if (kind === "standard") return place.isList ? lastOf(place) : place;
    place.isList = true;
    return child(place, String(place.children.size), [key.range[0], key.range[1]], true);
  }

  for (const node of parsed(toml)) {
    if (node.type === "TOMLKeyValue") readPair(root, node);
    else {
      const table = tableOf(node);
      for (const pair of node.body) readPair(table, pair);
    }
  }
  return { root, privateValues };
}

/** Empty if the two parsers disagree; messages then name only the file. */
function parsed(toml: string): AST.TOMLTopLevelTable["body"] {
  // Loaded only for an error, the origin of a setting, and `allow`: most commands never need positions.
  const { parseTOML } = require("toml-eslint-parser") as typeof import("toml-eslint-parser");
  try {
    return parseTOML(toml, { tomlVersion: "1.1.0" }).body[0].body;
  } catch {
    return [];
  }
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
