import * as v from "valibot";
import { UserError } from "../errors.ts";
import { quoted } from "./excerpt.ts";
import { problemsOf } from "./issues.ts";
import { errorAt, readLayer, type Layer, type Source } from "./parse.ts";
import { manifestSchema, type Manifest } from "./schema.ts";
import { type Shape, shapeOf } from "./shape.ts";
import type { Table } from "./syntax.ts";
import { profileCircle, unknownProfile, noProfile } from "./errors.ts";

/** Where a value is written. A default has no origin. */
export type Origin = { readonly layer: Layer; readonly path: readonly string[] };

export type Resolved = {
  readonly manifest: Manifest;
  readonly layers: readonly Layer[];
  readonly profiles: readonly string[];
  origin(path: readonly string[]): Origin | undefined;
  /** The origins of everything below the path. */
  originsBelow(path: readonly string[]): Origin[];
};

/** Lists of independent entries: the entries of all layers are combined. A later layer replaces any other list. */
const addsUp = /^(mounts|provision\.(files|commands)|network\.(hosts|presets))$/;

/** Tables that only make sense as a whole: another source makes another secret. */
const isWhole = /^secrets\.[^.]+$/;

/**
 * Merges the files, the first one lowest, then the sections of the profile. Throws UserError. `backends`: the values that `bottle.backend` may have.
 */
export function resolveManifest(
  sources: readonly Source[],
  { backends, profile }: { readonly backends: readonly string[]; readonly profile?: string | undefined },
): Resolved {
  const layers = sources.map((source) => readLayer(source, backends));
  const merged = new Merge();
  for (const layer of layers) merged.add(withoutProfiles(layer.value), { layer, path: [] });
  const profiles = profile === undefined ? [] : chainOf(layers, profile);
  for (const name of profiles)
    for (const layer of layers) {
      const { extends: _, ...sections } = profileOf(layer, name) ?? {};
      merged.add(sections, { layer, path: ["profiles", name] });
    }
  const schema = manifestSchema(backends);
  const result = v.safeParse(schema, merged.value, { abortPipeEarly: true });
  if (result.success)
    return {
      manifest: result.output,
      layers,
      profiles,
      origin: (path) => merged.origin(path),
      originsBelow: (path) => merged.originsBelow(path),
    };
  throw mergedError(merged, result.issues, shapeOf(schema));
}

/** A mistake that only the merged manifest shows, such as an undefined agent, reported where it is written. */
function mergedError(merged: Merge, issues: readonly v.BaseIssue<unknown>[], shape: Shape): UserError {
  const problems = issues.flatMap((issue) => problemsOf(issue, shape));
  const [first] = problems;
  const origin = first && merged.origin(first.path);
  if (!first || !origin) throw new Error(`the defaults are not a manifest: ${first?.text}`);
  return errorAt(origin.layer, [{ ...first, path: origin.path }]);
}

const isTable = (value: unknown): value is Table =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);

function withoutProfiles({ profiles: _, ...sections }: Table): Table {
  return sections;
}

function profileOf(layer: Layer, name: string): Table | undefined {
  const { profiles } = layer.value;
  if (!isTable(profiles) || !Object.hasOwn(profiles, name)) return undefined;
  const profile = profiles[name];
  return isTable(profile) ? profile : undefined;
}

/** The profile and those it extends, the lowest first. */
function chainOf(layers: readonly Layer[], asked: string): string[] {
  const known = [
    ...new Set(layers.flatMap(({ value }) => Object.keys(isTable(value.profiles) ? value.profiles : {}))),
  ].sort();
  const chain: string[] = [];
  let from: Origin | undefined;
  for (let name: string | undefined = asked; name !== undefined;) {
    if (chain.includes(name)) {
      const text = `profile ${quoted(name)} extends itself: ${[...chain.slice(chain.indexOf(name)), name].join(" -> ")}`;
      throw from ? errorAt(from.layer, [{ path: from.path, text }]) : profileCircle(text);
    }
    if (!known.includes(name))
      throw from
        ? errorAt(from.layer, [{ path: from.path, text: noProfile(name, known) }])
        : unknownProfile(name, known);
    chain.push(name);
    // The last file wins.
    const above = layers.findLast((layer) => profileOf(layer, chain.at(-1) ?? "")?.extends !== undefined);
    from = above && { layer: above, path: ["profiles", name, "extends"] };
    const next: unknown = above && profileOf(above, name)?.extends;
    name = typeof next === "string" ? next : undefined;
  }
  return chain.reverse();
}

/** Merged tables with the origin of each value. */
class Merge {
  readonly value: Table = Object.create(null);
  readonly #origins = new Map<string, Origin>();

  add(table: Table, origin: Origin): void {
    this.#lay(this.value, table, [], origin);
  }

  /** The origin of the value, or of the whole that it is part of. */
  origin(path: readonly string[]): Origin | undefined {
    for (let length = path.length; length > 0; length--) {
      const found = this.#origins.get(JSON.stringify(path.slice(0, length)));
      if (found) return { layer: found.layer, path: [...found.path, ...path.slice(length)] };
    }
    return undefined;
  }

  originsBelow(path: readonly string[]): Origin[] {
    const start = `${JSON.stringify(path).slice(0, -1)},`;
    return [...this.#origins].flatMap(([key, origin]) => (key.startsWith(start) ? [origin] : []));
  }

  #lay(under: Table, over: Table, at: readonly string[], origin: Origin): void {
    for (const [key, value] of Object.entries(over)) {
      const path = [...at, key];
      const below = Object.hasOwn(under, key) ? under[key] : undefined;
      const from: Origin = { layer: origin.layer, path: [...origin.path, key] };
      if (isTable(value)) {
        const isBase = isTable(below) && !isWhole.test(path.join("."));
        const table: Table = isBase ? below : Object.create(null);
        under[key] = table;
        this.#lay(table, value, path, from);
      } else if (Array.isArray(value) && addsUp.test(path.join("."))) {
        const items: unknown[] = Array.isArray(below) ? below : [];
        value.forEach((item, index) =>
          this.#origins.set(JSON.stringify([...path, String(items.length + index)]), {
            layer: from.layer,
            path: [...from.path, String(index)],
          }),
        );
        under[key] = [...items, ...value];
      } else {
        under[key] = value;
        this.#origins.set(JSON.stringify(path), from);
      }
    }
  }
}
