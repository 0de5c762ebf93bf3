import { type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import { manifestFileSchema } from "./schema.ts";

/** The manifest as a JSON Schema, for editors that check and complete TOML. */
export const manifestJsonSchema = (backends: readonly string[]): JsonSchema => ({
  title: "bottle.toml of claude-bottle",
  ...amountsApart(
    toJsonSchema(manifestFileSchema(backends), {
      target: "draft-07",
      // Our own checks are code, which JSON Schema cannot express.
      errorMode: "ignore",
      overrideSchema: ({ valibotSchema: { type } }) => (type === "custom" ? { type: "object" } : undefined),
    }),
  ),
});

/**
 * An amount such as memory is a number, or a text that is converted to one. The converter (1.8.0) puts the number's bounds beside the choice between
 * the two; this moves them to the number.
 */
function amountsApart<Node>(node: Node): Node {
  if (typeof node !== "object" || node === null) return node;
  if (Array.isArray(node)) return node.map(amountsApart) as Node;
  const all = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, amountsApart(value)]));
  const { anyOf, type, minimum, maximum, ...rest } = all;
  if (!Array.isArray(anyOf) || type !== "integer") return all as Node;
  return { anyOf: [{ type, minimum, maximum }, { type: "string" }], ...rest } as Node;
}
