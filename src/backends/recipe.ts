import { claudeCode } from "../guest/claude-code.ts";
import { withoutComments } from "../guest/script.ts";
import templateScript from "../guest/template.sh" with { type: "text" };
import type { TemplatePlan } from "../plan/plan.ts";

/** Something of ours that bottles need: what it is made from, and what is run in it as root. */
export type Recipe = {
  readonly purpose: "template" | "proxy";
  /** A registry reference. */
  readonly base: string;
  readonly script: string;
  /** What the script gets. */
  readonly words: readonly string[];
  /** The user's own commands, after the script. */
  readonly setup?: string;
};

/** Has npm, which brings Claude Code. */
export const defaultBase = "docker.io/library/node:22-bookworm-slim";

export const templateRecipe = ({ base = defaultBase, setup, claude = claudeCode.version }: TemplatePlan): Recipe => ({
  purpose: "template",
  base,
  script: withoutComments(templateScript),
  words: [claude],
  ...(setup !== undefined && { setup }),
});

/** Another one once the recipe is; 12 digits of a name. */
export const hashOf = (recipe: Recipe): string =>
  new Bun.CryptoHasher("sha256").update(JSON.stringify(recipe)).digest("hex").slice(0, 12);
