import { UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";
import type { Progress } from "../ui/work.ts";
import type { Recipe } from "./recipe.ts";

/** `thing`: what could not be built, such as "template". */
export const buildError = (
  program: string,
  thing: string,
  { purpose, base }: Recipe,
  { logHint }: Pick<Progress, "logHint">,
): UserError =>
  new UserError(`${program} could not build the ${thing} from ${base}`, {
    hint: `${logHint}\n${
      purpose === "template"
        ? "[template] in bottle.toml sets what it is built from"
        : `without the proxy, [network] in bottle.toml can only be "open" or "off"`
    }`,
  });

export const noBackend = (name: string, known: readonly string[]): UserError =>
  new UserError(`there is no backend "${printable(name)}"`, { hint: `there are: ${known.join(", ")}` });

/** `where`: for example "docker's engine is on another machine". */
export const noMountThere = (where: string, source: string, advice: string): UserError =>
  new UserError(`${where}, which has no "${printable(source)}" to mount`, {
    hint: `a bottle there gets a copy of the project only: ${advice}, or remove the mount`,
  });

export const noAgentThere = (where: string): UserError =>
  new UserError(`${where}, which cannot reach your ssh agent`, { hint: "remove bottle.ssh-agent" });

export const noLoopbackThere = (where: string, gateway: string): UserError =>
  new UserError(
    `${where}, and this machine's loopback, where ANTHROPIC_BASE_URL or host-ports lead, cannot be reached from it`,
    {
      hint: `set ANTHROPIC_BASE_URL to an address that ${gateway}, and remove host-ports`,
    },
  );

export const noNpm = (): UserError =>
  new UserError("there is no Claude Code on this machine, and no npm to install it with", {
    hint: "curl -fsSL https://claude.ai/install.sh | bash",
  });

export const npmFailed = (words: string, { logHint }: Pick<Progress, "logHint">): UserError =>
  new UserError(`npm could not install Claude Code: ${words}`, {
    hint: `${logHint}\nto install it yourself: npm install -g @anthropic-ai/claude-code`,
  });
