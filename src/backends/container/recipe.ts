import { claudeCode } from "../../guest/claude-code.ts";
import proxyImageScript from "../../guest/proxy-image.sh" with { type: "text" };
import { withoutComments } from "../../guest/script.ts";
import templateScript from "../../guest/template.sh" with { type: "text" };
import type { TemplatePlan } from "../../plan/plan.ts";

/** An image of ours: what it is made from, and what is run in it as root. */
export type Recipe = {
  readonly purpose: "template" | "proxy";
  readonly base: string;
  readonly script: string;
  /** What the script gets. */
  readonly words: readonly string[];
  /** The user's own commands, after the script. */
  readonly setup?: string;
};

/** Has npm, which brings Claude Code. */
const defaultBase = "docker.io/library/node:22-bookworm-slim";

export const templateRecipe = ({ base = defaultBase, setup, claude = claudeCode.version }: TemplatePlan): Recipe => ({
  purpose: "template",
  base,
  script: withoutComments(templateScript),
  words: [claude],
  ...(setup !== undefined && { setup }),
});

export const proxyRecipe: Recipe = {
  purpose: "proxy",
  base: defaultBase,
  script: withoutComments(proxyImageScript),
  words: [],
};

/** As the engine's own: no registry is asked for a name below localhost. */
export function referenceOf(recipe: Recipe): string {
  const hash = new Bun.CryptoHasher("sha256").update(JSON.stringify(recipe)).digest("hex").slice(0, 12);
  return `localhost/claude-bottle/${recipe.purpose}:${hash}`;
}

/**
 * The files that the image is built from, by their names. The script is a file, since builders print each command that they run; and
 * commands stand as JSON, in which the shell's own quotes and `$` mean nothing to them.
 */
export function buildFiles({ purpose, base, script, words, setup }: Recipe): Readonly<Record<string, string>> {
  const name = `${purpose}.sh`;
  const place = `/opt/claude-bottle/${name}`;
  const run = (argv: readonly string[]) => `RUN ${JSON.stringify(argv)}`;
  const lines = [
    `FROM ${base}`,
    "USER 0:0",
    `COPY ${name} ${place}`,
    run(["/bin/sh", place, ...words]),
    ...(setup === undefined ? [] : [run(["/bin/sh", "-euc", setup])]),
  ];
  return { Dockerfile: `${lines.join("\n")}\n`, [name]: script };
}
