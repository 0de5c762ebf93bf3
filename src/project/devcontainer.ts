import * as v from "valibot";
import type { Devcontainer } from "../manifest/draft.ts";
import { readText } from "../system/files.ts";

const places = [".devcontainer/devcontainer.json", ".devcontainer.json"] as const;

const schema = v.object({
  image: v.fallback(v.optional(v.string()), undefined),
  containerEnv: v.fallback(v.optional(v.record(v.string(), v.string())), undefined),
  postCreateCommand: v.fallback(v.optional(v.string()), undefined),
});

/** What of a devcontainer.json has a counterpart in a manifest; undefined where there is none, or none that can be read. */
export function readDevcontainer(directory: string): Devcontainer | undefined {
  const text = places.map((place) => readText(`${directory}/${place}`)).find((found) => found !== undefined);
  if (text === undefined) return undefined;
  try {
    // It is JSON with comments.
    const result = v.safeParse(schema, Bun.JSONC.parse(text));
    if (!result.success) return undefined;
    const { image, containerEnv = {}, postCreateCommand } = result.output;
    // A value such as ${localEnv:HOME} means nothing here.
    const env = Object.fromEntries(Object.entries(containerEnv).filter(([, value]) => !value.includes("${")));
    return { image, env, setup: postCreateCommand };
  } catch {
    return undefined;
  }
}
