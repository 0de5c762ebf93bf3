import { type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import { manifestFileSchema } from "./schema.ts";

/** The manifest as a JSON Schema, which editors check and complete TOML by. */
export const manifestJsonSchema = (backends: readonly string[]): JsonSchema => ({
  title: "bottle.toml of claude-bottle",
  ...amountsApart(
    toJsonSchema(manifestFileSchema(backends), {
      target: "draft-07",
      // Our own checks are code: an editor does without them.
      errorMode: "ignore",
      overrideSchema: ({ valibotSchema: { type } }) => (type === "custom" ? { type: "object" } : undefined),
    }),
  ),
});

/**
 * An amount such as memory is written as a number or as a text, which becomes the number. The converter (1.8.0) puts the bounds of
 * that number beside the choice of the two; here they are the number's own.
 */
function amountsApart<Node>(node: Node): Node {
  if (typeof node !== "object" || node === null) return node;
  if (Array.isArray(node)) return node.map(amountsApart) as Node;
  const all = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, amountsApart(value)]));
  const { anyOf, type, minimum, maximum, ...rest } = all;
  if (!Array.isArray(anyOf) || type !== "integer") return all as Node;
  return { anyOf: [{ type, minimum, maximum }, { type: "string" }], ...rest } as Node;
}
