import * as v from "valibot";

// issues.ts puts these messages after "must be", or after the quoted name if they are about a name. Tables and choices have none: the schema itself
// lists the known words.

export const string = v.string("a string");

/** A rule for every text, which the reference does not repeat. */
export const withoutNul = v.check((text: string) => !text.includes("\0"), "without NUL characters");
export const filled = v.pipe(string, v.nonEmpty("a string that is not empty"), withoutNul);

export const anyTable = v.custom<Record<string, unknown>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date),
  "a table",
);

export const table = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.pipe(anyTable, v.strictObject(entries));

export const choice = <const Words extends readonly string[]>(words: Words) => v.picklist(words);

/** Names that valibot's record silently drops. */
const unsafeNames = ["__proto__", "constructor", "prototype"];

export const bare = <Value>(entries: object): Record<string, Value> => Object.assign(Object.create(null), entries);

/** A table whose keys the user chooses. The result has no prototype, so a look-up finds only what was written. */
export const named = <const Value extends v.GenericSchema>(name: v.GenericSchema<string, string>, value: Value) =>
  v.pipe(
    anyTable,
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      const input = dataset.value;
      for (const key of unsafeNames)
        if (Object.hasOwn(input, key))
          addIssue({
            message: "is a reserved name and cannot be used",
            path: [{ type: "object", origin: "key", input, key, value: input[key] }],
          });
    }),
    v.record(name, value),
    v.transform((entries) => bare<v.InferOutput<Value>>(entries)),
  );

/** Describes a key. The reference page and the JSON Schema are generated from it. */
export const about = <const Schema extends v.GenericSchema>(schema: Schema, text: string) =>
  v.pipe(schema, v.description(text));

export const plain = v.pipe(string, withoutNul);

export const list = <const Item extends v.GenericSchema>(item: Item, expected = "an array of strings") =>
  v.optional(v.array(item, expected), []);
