import { dirname, relative, resolve } from "node:path";
import * as v from "valibot";
import { contains } from "../lib/paths.ts";
import { parseJson } from "../lib/json.ts";
import { UserError } from "../errors.ts";
import { claudeDirectory } from "../login/claude-store.ts";
import type { Manifest } from "../manifest/schema.ts";
import type { FilePlan } from "../plan/plan.ts";
import { exists, isDirectory, isLink, listDirectory, readText, realPath } from "../system/files.ts";
import type { System } from "../system/system.ts";
import { notClaudeSettings } from "./errors.ts";

type Part = Manifest["provision"]["claude"][number];

const names: Readonly<Record<Exclude<Part, "settings" | "memory">, string>> = {
  skills: "skills",
  commands: "commands",
  agents: "agents",
};

/**
 * Where those parts are on the host, existing or not, and where Claude looks for them in a bottle. With what a symlink in one of them leads to elsewhere,
 * and what CLAUDE.md imports from ~/.claude.
 */
export function claudeFiles(system: System, parts: readonly Part[]): FilePlan[] {
  const own = claudeDirectory(system);
  const planOf = (name: string): FilePlan => ({ source: `${own}/${name}`, target: `~/.claude/${name}` });
  return parts.flatMap((part) => {
    if (part === "settings") return [];
    if (part === "memory") return ["rules", ...importsOf(own)].map(planOf);
    return [planOf(names[part]), ...linksIn(`${own}/${names[part]}`).map((name) => planOf(`${names[part]}/${name}`))];
  });
}

/** Names of symlinks in the directory, up to a depth, that lead out of it. As they stand they would lead nowhere in a bottle. */
function linksIn(directory: string, depth = 3): string[] {
  const real = realPath(directory);
  if (real === undefined || depth === 0) return [];
  return listDirectory(real).flatMap((name) => {
    const path = `${real}/${name}`;
    const target = isLink(path) ? realPath(path) : undefined;
    if (target !== undefined) return contains(real, target) ? [] : [name];
    return isDirectory(path) ? linksIn(path, depth - 1).map((below) => `${name}/${below}`) : [];
  });
}

const mostImports = 50;

/** CLAUDE.md, and the files below ~/.claude that it imports, directly or by another one, by their names there. */
function importsOf(own: string): string[] {
  const home = dirname(own);
  const found = new Set(["CLAUDE.md"]);
  const pending = ["CLAUDE.md"];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    for (const [, written = ""] of textWithoutCode(readText(`${own}/${name}`) ?? "").matchAll(/(?:^|\s)@([~\w./-]*[~\w/-])/g)) {
      const path = written.startsWith("~/") ? resolve(home, written.slice(2)) : resolve(dirname(`${own}/${name}`), written);
      const imported = relative(own, path);
      if (!contains(own, path) || found.has(imported) || found.size >= mostImports || !isFile(path)) continue;
      found.add(imported);
      pending.push(imported);
    }
  }
  return [...found];
} // prettier-ignore

/** Claude Code imports nothing from code. */
const textWithoutCode = (text: string): string => text.replace(/^```[^]*?^```/gm, "").replace(/`[^`\n]*`/g, "");

const isFile = (path: string): boolean => exists(path) && !isDirectory(path);

const strings = v.optional(v.array(v.string()));

/** Keys that hold no secret and name no program or path of the host. All other keys are left out, including new ones of Claude's. */
const harmless = v.object({
  model: v.optional(v.string()),
  language: v.optional(v.string()),
  outputStyle: v.optional(v.string()),
  effortLevel: v.optional(v.string()),
  alwaysThinkingEnabled: v.optional(v.boolean()),
  spinnerTipsEnabled: v.optional(v.boolean()),
  includeCoAuthoredBy: v.optional(v.boolean()),
  attribution: v.optional(v.object({ commit: v.optional(v.string()), pr: v.optional(v.string()) })),
  permissions: v.optional(v.object({ deny: strings, ask: strings })),
});

/** The host settings of Claude Code that a bottle may know. Throws UserError for an invalid file. */
export function hostSettings(system: System): Record<string, unknown> {
  const file = `${claudeDirectory(system)}/settings.json`;
  const result = v.safeParse(harmless, parseJson((readText(file) ?? "{}").replace(/^\ufeff/, "")));
  if (result.success) return result.output;
  throw notClaudeSettings(file);
}
