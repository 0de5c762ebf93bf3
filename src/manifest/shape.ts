import * as v from "valibot";
import { withoutNul } from "./schema/fields.ts";

/** A schema taken apart: all that the reference page and the schema file say of it. */
export type Shape = {
  readonly kind: "table" | "named" | "list" | "choice" | "text" | "number" | "size" | "flag" | "anything";
  readonly about: string | undefined;
  /** In words, as a message says what a value must be. */
  readonly expected: string;
  readonly fallback: unknown;
  /** Of a table its keys, of a table of the user's own names what each holds, of a list its item. */
  readonly parts: ReadonlyMap<string, Shape>;
  readonly words: readonly string[];
};

/** What is known of a valibot schema without its type. */
type Node = {
  readonly type: string;
  readonly pipe?: readonly Node[];
  readonly message?: unknown;
  readonly wrapped?: Node;
  readonly default?: unknown;
  readonly entries?: Readonly<Record<string, Node>>;
  readonly value?: Node;
  readonly item?: Node;
  readonly options?: readonly (string | Node)[];
  readonly description?: string;
};

export const shapeOf = (schema: v.GenericSchema): Shape => shape(schema as unknown as Node);

function shape(node: Node): Shape {
  if (node.wrapped && !node.pipe)
    return { ...shape(node.wrapped), ...(node.default !== undefined && { fallback: node.default }) };
  const steps = flatten(node);
  const base =
    steps.findLast(({ type }) => type in kinds && type !== "custom") ?? steps.find(({ type }) => type in kinds) ?? node;
  const messages = steps
    .filter((step) => step !== (withoutNul as Node))
    .map(({ message }) => message)
    .filter((message) => typeof message === "string");
  const about = steps.find(({ type }) => type === "description")?.description;
  return {
    kind: kinds[base.type] ?? "text",
    about,
    expected: messages.at(-1) ?? "",
    fallback: steps.find(({ type }) => type === "optional")?.default,
    parts: new Map(partsOf(base).map(([name, part]) => [name, shape(part)])),
    words: base.type === "picklist" ? (base.options ?? []).filter((word) => typeof word === "string") : [],
  };
}

const kinds: Readonly<Record<string, Shape["kind"]>> = {
  strict_object: "table",
  record: "named",
  array: "list",
  picklist: "choice",
  string: "text",
  number: "number",
  boolean: "flag",
  union: "size",
  custom: "anything",
};

/** What stands at that path of a value. */
export const shapeAt = (shape: Shape, path: readonly string[]): Shape | undefined =>
  path.reduce<Shape | undefined>(
    (at, key) => at?.parts.get(at.kind === "named" ? "NAME" : at.kind === "list" ? "item" : key),
    shape,
  );

function partsOf({ entries, value, item }: Node): (readonly [string, Node])[] {
  if (entries) return Object.entries(entries);
  if (value) return [["NAME", value]];
  return item ? [["item", item]] : [];
}

/** The steps of a pipe, and of the pipes and defaults in it. */
function flatten(node: Node): Node[] {
  if (node.pipe)
    return node.pipe.flatMap((step) => (step === node ? [step] : step.pipe || step.wrapped ? flatten(step) : [step]));
  return node.wrapped ? [node, ...flatten(node.wrapped)] : [node];
}
