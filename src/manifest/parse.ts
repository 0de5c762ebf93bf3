import { count } from "../lib/count.ts";
import * as v from "valibot";
import { UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";
import { excerpt, position } from "./excerpt.ts";
import { problemsOf, type Problem } from "./issues.ts";
import { findPlace, isPrivate, locateKeys } from "./locate.ts";
import { manifestFileSchema } from "./schema.ts";
import { shapeOf } from "./shape.ts";
import { readToml, type Table } from "./syntax.ts";
import { mistake, tooLong, notText } from "./errors.ts";

const longest = 64 * 1024;

/** `file` is its name in messages. `directory` is the base of its relative paths. */
export type Source = {
  readonly kind: "user" | "project";
  readonly file: string;
  readonly directory: string;
  readonly text: string;
};

/** A file that is valid by itself. */
export type Layer = Source & { readonly value: Table };

/** Throws UserError. `backends`: the values that `bottle.backend` may have. */
export function readLayer(source: Source, backends: readonly string[]): Layer {
  const file = printable(source.file);
  const text = source.text.replace(/^\ufeff/, "");
  if (text.length > longest) throw tooLong(file);
  const nul = text.indexOf("\0");
  if (nul !== -1) throw notText(file, position(text, nul));
  const read = readToml(text);
  if ("problem" in read) {
    const { offset, text: said, showLine } = read.problem;
    throw mistake(`${file}:${position(text, offset)}`, said, { rest: showLine ? excerpt(text, offset) : "" });
  }
  const layer = { ...source, file, text, value: read.value };
  const schema = manifestFileSchema(backends);
  const result = v.safeParse(schema, read.value, { abortPipeEarly: true });
  if (result.success) {
    const foreign = source.kind === "project" ? ofUserAlone(read.value) : [];
    if (foreign.length > 0) throw errorAt(layer, foreign);
    return layer;
  }
  const shape = shapeOf(schema);
  throw errorAt(
    layer,
    result.issues.flatMap((issue) => problemsOf(issue, shape)),
  );
}

/** It runs while nobody looks at the project, so a project has no say in it. */
function ofUserAlone({ notify, profiles }: Table): Problem[] {
  const paths = [
    ...(notify === undefined ? [] : [["notify"]]),
    ...Object.entries(Object(profiles)).flatMap(([name, profile]) => ("notify" in Object(profile) ? [["profiles", name, "notify"]] : [])),
  ]; // prettier-ignore
  return paths.map((path) => ({
    path,
    text: "only your own file may have [notify]: ~/.config/claude-bottle/config.toml",
  }));
}

/** The first problem, where it stands in the file, and the number of others. */
export function errorAt({ file, text: toml }: Source, found: readonly Problem[]): UserError {
  const layout = locateKeys(toml);
  const problems = found
    .map((problem) => ({ ...problem, place: findPlace(layout, problem.path) }))
    .sort((one, other) => (one.place?.start ?? Infinity) - (other.place?.start ?? Infinity));
  const [first] = problems;
  if (!first) throw new Error("a manifest was refused without a problem");
  const others = new Set(problems.map(({ path }) => JSON.stringify(path))).size - 1;
  const more = others === 0 ? "" : `\nand ${count(others, "more problem")}`;
  const { place, text, hint } = first;
  if (!place) return mistake(file, text, { rest: more, hint });
  const isValueHidden = first.isUnknown === true || isPrivate(place);
  const source = excerpt(toml, place.start, {
    hidden: layout.privateValues,
    ...(isValueHidden && !place.isHeader && { cut: toml.indexOf("=", place.end) + 1 }),
  });
  return mistake(`${file}:${position(toml, place.start)}`, text, { rest: source + more, hint });
}

/** `file:line` of a value; only the file if the line is not known. */
export function placeOf({ file, text }: Source, path: readonly string[]): string {
  const place = findPlace(locateKeys(text), path);
  return place ? `${file}:${position(text, place.start).split(":")[0]}` : file;
}
