import { hashOfJson } from "../lib/hash.ts";
import { claudeCode } from "../guest/claude-code.ts";
import certificatesScript from "../guest/certificates.sh" with { type: "text" };
import { withoutComments } from "../guest/script.ts";
import templateScript from "../guest/template.sh" with { type: "text" };
import type { TemplatePlan } from "../plan/plan.ts";
import { withLock } from "../system/lock.ts";
import type { System } from "../system/system.ts";
import { inform } from "../ui/messages.ts";
import type { Work } from "../ui/work.ts";
import type { StepOptions } from "./backend.ts";
import { buildingImage, waitingForBuild } from "./messages.ts";

/** An image of ours that bottles need: its base, and the commands that are run in it as root. */
export type Recipe = {
  readonly purpose: "template" | "proxy";
  /** A registry reference. */
  readonly base: string;
  readonly script: string;
  /** The script's arguments. */
  readonly words: readonly string[];
  /** The user's own commands, which run after the script. */
  readonly setup?: string;
};

/** Includes npm, which installs Claude Code. */
export const defaultBase = "docker.io/library/node:22-bookworm-slim";

/** Installs the host's certificates before anything is downloaded. */
export const scriptOf = (script: string): string => withoutComments(`${certificatesScript}${script}`);

/** Where the script finds the host's certificates. They are not part of the recipe: a bottle gets those of its start. */
export const certificatesFile = "/opt/claude-bottle/certificates.pem";

export const templateRecipe = ({ base = defaultBase, setup, claude = claudeCode.version }: TemplatePlan): Recipe => ({
  purpose: "template",
  base,
  script: scriptOf(templateScript),
  words: [claude],
  ...(setup !== undefined && { setup }),
});

/** Held while `program` builds something for that purpose. */
export const buildLock = (program: string, { purpose }: Pick<Recipe, "purpose">): string => `${program}-${purpose}`;

/** One process of claude-bottle builds at a time; the others wait for its result. `work` first checks whether the result exists. */
export async function whileNoOtherBuilds<T>(
  system: System,
  program: string,
  recipe: Recipe,
  options: StepOptions,
  work: () => Promise<T>,
): Promise<T> {
  const signal = options.signal ?? new AbortController().signal;
  const onWait = () => inform(system, waitingForBuild(recipe.purpose));
  return await withLock(system, buildLock(program, recipe), { signal, onWait }, work);
}

/** For the user who waits. The scripts print their step numbers. */
export const building = ({ purpose, setup }: Recipe, program: string): Work => ({
  ...buildingImage(purpose, program),
  steps: purpose === "proxy" ? 2 : setup === undefined ? 3 : 4,
});

/** Prints that its step begins. Builders print each command that they run, and that output must not look like this line. */
export const setupScript = (setup: string): string =>
  `echo claude-bottle "step 4: setup commands"\n[ ! -e /opt/claude-bottle/certificates.env ] || . /opt/claude-bottle/certificates.env\n${setup}`;

/** Changes with the recipe; 12 characters for use in a name. */
export const hashOf = (recipe: Recipe): string => hashOfJson(recipe).slice(0, 12);
