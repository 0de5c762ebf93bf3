import type * as v from "valibot";
import { suggest } from "../lib/suggest.ts";
import { quoted } from "./excerpt.ts";
import { credentialInFile } from "./schema/variables.ts";
import { type Shape, shapeAt } from "./shape.ts";

export type Problem = {
  readonly path: readonly string[];
  readonly text: string;
  readonly hint?: string | undefined;
  /** The key is unknown, so its value may be a secret in the wrong place. */
  readonly isUnknown?: true;
};

/** valibot stops at a table's first unknown key; this reports each one. `shape`: that of the schema that found the issue. */
export function problemsOf(issue: v.BaseIssue<unknown>, shape: Shape): Problem[] {
  const items = issue.path ?? [];
  const path = items.map(({ key }) => String(key));
  const last = items.at(-1);
  const above = path.slice(0, -1);
  const name = path.at(-1) ?? "";
  if (issue.type === "strict_object") {
    if (issue.received === "undefined")
      return [{ path: above, text: `${keyPath(above, items)} needs the key ${quoted(name)}` }];
    const known = [...(shapeAt(shape, above)?.parts.keys() ?? [])];
    return Object.keys(Object(last?.input))
      .filter((key) => !known.includes(key))
      .map((key) => ({
        path: [...above, key],
        text: unknownKey(key, tableOf(above, items), known),
        isUnknown: true,
      }));
  }
  if (last && "origin" in last && last.origin === "key") {
    const text = `${quoted(name)} in [${keyPath(above)}] ${issue.message}`;
    if (issue.message !== credentialInFile) return [{ path, text }];
    return [
      {
        path,
        text,
        hint: `export ${name} before you start claude-bottle, which takes it from there`,
      },
    ];
  }
  const place = keyPath(path, items);
  if (issue.type === "picklist" || issue.type === "partial_check") {
    const known = issue.type === "picklist" ? (shapeAt(shape, path)?.words ?? []) : agentsOf(issue.input);
    const text = `${place} must be ${either(known)}, not ${received(last?.value)}`;
    return [{ path, text: text + meant(last?.value, known) }];
  }
  const isCount = issue.type === "check" || issue.type === "min_length";
  const not = isCount && !isScalar(last?.value) ? "" : contrast(last?.value, isPrivatePath(path));
  const advice = issue.type === "string" && isScalar(last?.value) ? "; put it in quotes" : "";
  return [{ path, text: `${place} must be ${issue.message}${not}${advice}` }];
}

function tableOf(path: readonly string[], items: readonly { readonly type: string }[]): string {
  if (path.length === 0) return "at the top level";
  const isItem = items.slice(0, path.length).some(({ type }) => type === "array");
  return isItem ? `in ${keyPath(path, items)}` : `in [${keyPath(path)}]`;
}

function unknownKey(key: string, where: string, known: readonly string[]): string {
  const near = suggest(key, known);
  const expected = near === undefined ? `expected ${either(known)}` : `did you mean "${near}"?`;
  return `unknown key ${quoted(key)} ${where}; ${expected}`;
}

/** The only check of a whole manifest is that its agent exists. */
const agentsOf = (manifest: unknown): string[] => Object.keys(Object(Object(manifest).agents));

function meant(value: unknown, known: readonly string[]): string {
  const near = typeof value === "string" ? suggest(value, known) : undefined;
  return near === undefined ? "" : `; did you mean "${near}"?`;
}

function either(words: readonly string[]): string {
  const quotedWords = words.map((word) => `"${word}"`);
  const last = quotedWords.pop() ?? "";
  return quotedWords.length === 0 ? last : `${quotedWords.join(", ")} or ${last}`;
}

function keyPath(path: readonly string[], items: readonly { readonly type: string }[] = []): string {
  return path
    .map((key, index) => {
      if (items[index]?.type === "array") return `[${key}]`;
      return (index === 0 ? "" : ".") + (/^[A-Za-z0-9_-]+$/.test(key) && key.length <= 60 ? key : quoted(key));
    })
    .join("");
}

/** A variable's value, or whatever stands in place of a secret's source. */
const isPrivatePath = (path: readonly string[]): boolean =>
  path.at(-1) === "secrets" || path.at(-2) === "secrets" || (path.includes("env") && !path.includes("secrets"));

function contrast(value: unknown, isPrivate: boolean): string {
  if (value === "" || (isPrivate && typeof value === "string")) return "";
  return `, not ${isPrivate ? kind(value) : received(value)}`;
}

const isScalar = (value: unknown): boolean => typeof value !== "object" || value instanceof Date;

const received = (value: unknown): string =>
  typeof value === "string" ? quoted(value) : typeof value === "object" ? kind(value) : String(value);

function kind(value: unknown): string {
  if (value instanceof Date) return "a date";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "a table";
  return typeof value === "bigint" ? "a number" : `a ${typeof value}`;
}
