import * as v from "valibot";
import { shellLine } from "../lib/quote.ts";
import type { Devcontainer } from "../manifest/draft.ts";
import { listDirectory, readText } from "../system/files.ts";

/** In the order in which editors look; a project may have several in directories of their own. */
function placesIn(directory: string): string[] {
  const own = listDirectory(`${directory}/.devcontainer`).map((name) => `.devcontainer/${name}/devcontainer.json`);
  return [".devcontainer/devcontainer.json", ".devcontainer.json", ...own];
}

/** The parts of devcontainer.json that a manifest can express, and the names of the others; undefined if there is no readable one. */
export function readDevcontainer(directory: string): Devcontainer | undefined {
  const found = placesIn(directory).flatMap((file) => {
    const text = readText(`${directory}/${file}`);
    return text === undefined ? [] : [{ file, text }];
  });
  const [first, ...others] = found;
  if (!first) return undefined;
  const read = parseDevcontainer(first.text);
  return read && { ...read, file: first.file, others: others.map(({ file }) => file) };
}

const text = v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.transform(String));
// A record of valibot 1 takes an array for an object.
const variables = v.pipe(
  v.custom<object>((value) => !Array.isArray(value)),
  v.record(v.string(), v.unknown()),
);
const command = v.union([v.string(), v.array(v.string())]);
const commands = v.union([command, v.record(v.string(), command)]);

/** Run in the container once it is created, in this order. */
const once = ["onCreateCommand", "updateContentCommand", "postCreateCommand"];
const always = ["postStartCommand"];
/** Nothing is lost without them. */
const unneeded = ["$schema", "name", "customizations", "extensions", "settings", "portsAttributes", "otherPortsAttributes", "hostRequirements", "waitFor", "updateRemoteUserUID", "shutdownAction", "overrideCommand", "userEnvProbe", "workspaceFolder"]; // prettier-ignore

/** Undefined for text that is no JSON object with comments. */
export function parseDevcontainer(json: string): Omit<Devcontainer, "file" | "others"> | undefined {
  const result = v.safeParse(variables, parseJsonc(json));
  if (!result.success) return undefined;
  const all = result.output;
  const taken = new Set<string>(unneeded);
  const take = <const S extends v.GenericSchema>(name: string, schema: S): v.InferOutput<S> | undefined => {
    const value = v.safeParse(schema, all[name]);
    if (!value.success) return undefined;
    taken.add(name);
    return value.output;
  };
  const env: Record<string, string> = {};
  const left: string[] = [];
  for (const section of ["containerEnv", "remoteEnv"])
    for (const [name, value] of Object.entries(take(section, variables) ?? {})) {
      const read = v.safeParse(text, value);
      // A value such as ${localEnv:HOME} has no meaning here.
      if (read.success && !read.output.includes("${")) env[name] = read.output;
      else left.push(`${section}.${name}`);
    }
  const linesOf = (names: readonly string[]) => names.flatMap((name) => commandLines(take(name, commands)));
  const ports = (take("forwardPorts", v.array(text)) ?? []).filter((port) => /^\d+$/.test(port));
  const devcontainer = { image: take("image", v.string()), env, once: linesOf(once), always: linesOf(always), ports };
  const { features } = all;
  const listed = v.is(variables, features) ? Object.keys(features).map((name) => `feature ${name}`) : [];
  if (listed.length > 0) taken.add("features");
  left.push(...listed, ...Object.keys(all).filter((name) => !taken.has(name)));
  return { ...devcontainer, left };
}

function parseJsonc(json: string): unknown {
  try {
    return Bun.JSONC.parse(json.replace(/^\ufeff/, ""));
  } catch {
    return undefined;
  }
}

/** A string is the shell's, a list is one program with its arguments, and an object holds several of them. */
function commandLines(value: v.InferOutput<typeof commands> | undefined): string[] {
  if (value === undefined) return [];
  if (typeof value === "string") return value.trim() === "" ? [] : [value];
  if (Array.isArray(value)) return value.length === 0 ? [] : [shellLine(value)];
  return Object.values(value).flatMap(commandLines);
}
