import * as v from "valibot";
import { UserError } from "../errors.ts";
import { excerpt, position, visible } from "./excerpt.ts";
import { problemsOf } from "./issues.ts";
import { findPlace, locateKeys } from "./locate.ts";
import { manifestSchema, type Manifest } from "./schema.ts";
import { readToml } from "./syntax.ts";

const longest = 64 * 1024;

/** Throws UserError; `file` is its name as messages show it, `backends` the names that `bottle.backend` may have. */
export function parseManifest(text: string, file: string, backends: readonly string[]): Manifest {
  const name = visible(file);
  const toml = text.replace(/^\ufeff/, "");
  if (toml.length > longest)
    throw new UserError(`${name}: a manifest has at most 64 KiB`, {
      hint: `check that ${name} is the file you mean`,
    });
  const nul = toml.indexOf("\0");
  if (nul !== -1)
    throw new UserError(`${name}:${position(toml, nul)}: NUL character; a manifest is plain text in UTF-8`, {
      hint: `save ${name} as UTF-8`,
    });
  const read = readToml(toml);
  if ("problem" in read) {
    const { offset, text: said, showLine } = read.problem;
    throw new UserError(`${name}:${position(toml, offset)}: ${said}${showLine ? excerpt(toml, offset) : ""}`);
  }
  const result = v.safeParse(manifestSchema(backends), read.value, { abortPipeEarly: true });
  if (result.success) return result.output;
  throw manifestError(toml, name, result.issues);
}

export const defaultManifest = (): Manifest => v.parse(manifestSchema([]), {});

function manifestError(toml: string, name: string, issues: readonly v.BaseIssue<unknown>[]): UserError {
  const layout = locateKeys(toml);
  const problems = issues
    .flatMap(problemsOf)
    .map((problem) => ({ ...problem, place: findPlace(layout, problem.path) }))
    .sort((one, other) => (one.place?.start ?? Infinity) - (other.place?.start ?? Infinity));
  const [first] = problems;
  if (!first) throw new Error("valibot refused a manifest without an issue");
  const others = new Set(problems.map(({ path }) => JSON.stringify(path))).size - 1;
  const more = others === 0 ? "" : `\nand ${others} more problem${others === 1 ? "" : "s"}`;
  const { place, text, hint } = first;
  if (!place) return new UserError(`${name}: ${text}${more}`, { hint });
  const isValueHidden = first.isUnknown === true || place.isPrivate;
  const source = excerpt(toml, place.start, {
    hidden: layout.privateValues,
    ...(isValueHidden && !place.isHeader && { cut: toml.indexOf("=", place.end) + 1 }),
  });
  return new UserError(`${name}:${position(toml, place.start)}: ${text}${source}${more}`, { hint });
}
