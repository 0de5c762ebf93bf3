import { manifestFileSchema } from "./schema.ts";
import { shapeOf, type Shape } from "./shape.ts";

type Json = { readonly [key: string]: unknown };

/** The manifest as a JSON Schema, which editors check and complete TOML by. */
export const manifestJsonSchema = (backends: readonly string[]): Json => ({
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "bottle.toml of claude-bottle",
  ...json(shapeOf(manifestFileSchema(backends))),
});

function json(shape: Shape): Json {
  const isDefault = shape.fallback !== undefined && shape.kind !== "table" && shape.kind !== "named";
  return {
    ...(shape.about !== undefined && { description: shape.about }),
    ...bodies[shape.kind](shape),
    ...(isDefault && { default: shape.fallback }),
  };
}

const bodies: Readonly<Record<Shape["kind"], (shape: Shape) => Json>> = {
  table: ({ parts }) => ({
    type: "object",
    additionalProperties: false,
    properties: Object.fromEntries([...parts].map(([name, part]) => [name, json(part)])),
  }),
  named: ({ parts }) => ({ type: "object", additionalProperties: json(first(parts)) }),
  list: ({ parts }) => ({ type: "array", items: json(first(parts)) }),
  choice: ({ words }) => ({ enum: words }),
  text: () => ({ type: "string" }),
  flag: () => ({ type: "boolean" }),
  number: () => ({ type: "integer" }),
  size: () => ({ type: ["integer", "string"] }),
  anything: () => ({ type: "object" }),
};

function first(parts: Shape["parts"]): Shape {
  const [part] = parts.values();
  if (!part) throw new Error("a list or table without a kind of items");
  return part;
}
