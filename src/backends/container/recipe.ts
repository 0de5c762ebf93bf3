import { claudeCode } from "../../guest/claude-code.ts";
import proxyImageScript from "../../guest/proxy-image.sh" with { type: "text" };
import { withoutComments } from "../../guest/script.ts";
import templateScript from "../../guest/template.sh" with { type: "text" };
import type { TemplatePlan } from "../../plan/plan.ts";

/** An image of ours: what it is made from, and the commands that make it. */
export type Recipe = {
  readonly purpose: "template" | "proxy";
  readonly base: string;
  readonly steps: readonly (readonly string[])[];
};

/** Has npm, which brings Claude Code. */
const defaultBase = "docker.io/library/node:22-bookworm-slim";

export const templateRecipe = ({ base = defaultBase, setup, claude = claudeCode.version }: TemplatePlan): Recipe => ({
  purpose: "template",
  base,
  steps: [
    ["/bin/sh", "-c", withoutComments(templateScript), "sh", claude],
    ...(setup === undefined ? [] : [["/bin/sh", "-euc", setup]]),
  ],
});

export const proxyRecipe: Recipe = {
  purpose: "proxy",
  base: defaultBase,
  steps: [["/bin/sh", "-c", withoutComments(proxyImageScript)]],
};

/** As the engine's own: no registry is asked for a name below localhost. */
export function referenceOf(recipe: Recipe): string {
  const hash = new Bun.CryptoHasher("sha256").update(JSON.stringify(recipe)).digest("hex").slice(0, 12);
  return `localhost/claude-bottle/${recipe.purpose}:${hash}`;
}

/** The steps stand as JSON, in which the shell's own quotes and `$` mean nothing to the builder. */
export const dockerfileOf = ({ base, steps }: Recipe): string =>
  [`FROM ${base}`, "USER 0:0", ...steps.map((argv) => `RUN ${JSON.stringify(argv)}`), ""].join("\n");
