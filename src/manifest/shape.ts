import * as v from "valibot";
import { withoutNul } from "./schema/fields.ts";

/** A schema in parts, for the reference page and the JSON Schema. */
export type Shape = {
  readonly kind: "table" | "named" | "list" | "choice" | "text" | "number" | "size" | "flag" | "anything";
  readonly about: string | undefined;
  /** What a value must be, in the words of the messages. */
  readonly expected: string;
  readonly fallback: unknown;
  /** The keys of a table, the values of a table with free keys, or the item of a list. */
  readonly parts: ReadonlyMap<string, Shape>;
  readonly words: readonly string[];
};

/** The parts of a valibot schema that we read, untyped. */
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

/** The shape at that path. */
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

/** The steps of a pipe, including nested pipes and defaults. */
function flatten(node: Node): Node[] {
  if (node.pipe)
    return node.pipe.flatMap((step) => (step === node ? [step] : step.pipe || step.wrapped ? flatten(step) : [step]));
  return node.wrapped ? [node, ...flatten(node.wrapped)] : [node];
}
