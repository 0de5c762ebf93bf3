import * as v from "valibot";
import type { Devcontainer } from "../manifest/draft.ts";
import { readText } from "../system/files.ts";

const places = [".devcontainer/devcontainer.json", ".devcontainer.json"] as const;

const schema = v.object({
  image: v.fallback(v.optional(v.string()), undefined),
  containerEnv: v.fallback(v.optional(v.record(v.string(), v.string())), undefined),
  postCreateCommand: v.fallback(v.optional(v.string()), undefined),
});

/** The parts of devcontainer.json that a manifest can express; undefined if there is no readable one. */
export function readDevcontainer(directory: string): Devcontainer | undefined {
  const text = places.map((place) => readText(`${directory}/${place}`)).find((found) => found !== undefined);
  if (text === undefined) return undefined;
  try {
    // The format is JSON with comments.
    const result = v.safeParse(schema, Bun.JSONC.parse(text));
    if (!result.success) return undefined;
    const { image, containerEnv = {}, postCreateCommand } = result.output;
    // Values such as ${localEnv:HOME} have no meaning here.
    const env = Object.fromEntries(Object.entries(containerEnv).filter(([, value]) => !value.includes("${")));
    return { image, env, setup: postCreateCommand };
  } catch {
    return undefined;
  }
}
