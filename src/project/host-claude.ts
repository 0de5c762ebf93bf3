import * as v from "valibot";
import { parseJson } from "../lib/json.ts";
import { UserError } from "../errors.ts";
import { claudeDirectory } from "../login/claude-store.ts";
import type { Manifest } from "../manifest/schema.ts";
import type { FilePlan } from "../plan/plan.ts";
import { readText } from "../system/files.ts";
import type { System } from "../system/system.ts";
import { notClaudeSettings } from "./errors.ts";

type Part = Manifest["provision"]["claude"][number];

const names: Readonly<Record<Exclude<Part, "settings">, string>> = {
  memory: "CLAUDE.md",
  skills: "skills",
  commands: "commands",
  agents: "agents",
};

/** Where those parts are on the host, existing or not, and where Claude looks for them in a bottle. */
export const claudeFiles = (system: System, parts: readonly Part[]): FilePlan[] =>
  parts
    .filter((part) => part !== "settings")
    .map((part) => ({ source: `${claudeDirectory(system)}/${names[part]}`, target: `~/.claude/${names[part]}` }));

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
  const result = v.safeParse(harmless, parseJson(readText(file) ?? "{}"));
  if (result.success) return result.output;
  throw notClaudeSettings(file);
}
