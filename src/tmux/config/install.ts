import { UserError } from "../../errors.ts";
import { realPath, removeFile, writePrivate } from "../../system/files.ts";
import { readBytes, rewriteBytes } from "../../system/rewrite.ts";
import { stateDirectory, type System } from "../../system/system.ts";
import { actionNames, actions, bindingLines, type Keys } from "./bindings.ts";
import { hasBrokenBlock, renderChange, withBlock, withoutBlock } from "./block.ts";
import { findConfig } from "./config-file.ts";
import { foreignKeys, knownKeys, assertDistinctKeys, unbindOwn, withoutClashes } from "./keys.ts";
import { needs, unmetNeeds, type Need } from "./recommended-options.ts";
import type { Tmux } from "../tmux.ts";
import { canAsk, confirm } from "../../ui/prompts.ts";

export type Change = {
  /** The configuration; looked for where this tmux reads it without one. */
  readonly file: string | undefined;
  readonly dryRun: boolean;
  /** Without a question. */
  readonly yes: boolean;
};

/** Writes our bindings into the configuration and tells the running server. */
export async function install(
  system: System,
  tmux: Tmux | undefined,
  { keys: asked, options, ...change }: Change & { readonly keys: Keys; readonly options: boolean },
): Promise<void> {
  const file = change.file ?? (await findConfig(system, tmux));
  const before = readIntact(file);
  const keys = tmux ? await knownKeys(tmux, asked) : asked;
  assertDistinctKeys(keys);
  const bound = tmux ? await foreignKeys(tmux) : new Map<string, string>();
  const free = withoutClashes(system, keys, bound);
  const unmet = tmux ? await unmetNeeds(tmux) : [];
  const lines = [...(options ? needs.map(({ line }) => line) : []), ...bindingLines(ownName(system), free)];
  if (lines.length === 0)
    throw new UserError("there is no key left to bind", {
      hint: "choose one: claude-bottle tmux install --open-key KEY",
    });
  const after = withBlock(before, lines.map(latin1));
  if (before === after) system.err(`claude-bottle: "${file}" has these bindings already\n`);
  else if (!(await agreed(system, change, renderChange(file, before, after)))) return;
  else rewriteBytes(file, after);
  if (change.dryRun) return;
  if (tmux) {
    await unbindOwn(tmux);
    await source(system, tmux, lines);
  }
  system.err(summary(free, tmux !== undefined));
  if (!options && unmet.length > 0) system.err(offer(unmet));
}

/** Takes out what install wrote, and unbinds it in the running server. */
export async function uninstall(system: System, tmux: Tmux | undefined, change: Change): Promise<void> {
  const file = change.file ?? (await findConfig(system, tmux));
  const before = readIntact(file);
  const after = before === undefined ? undefined : withoutBlock(before);
  if (before === after) system.err(`claude-bottle: nothing of ours is in "${file}"\n`);
  else if (!(await agreed(system, change, renderChange(file, before, after)))) return;
  else rewriteBytes(file, after);
  if (tmux && !change.dryRun) await unbindOwn(tmux);
}

/** Binds the keys in the running server alone: for a plugin manager, which runs us at each start of it. */
export async function bind(system: System, tmux: Tmux): Promise<void> {
  const keys: Record<string, string> = {};
  for (const action of actionNames) {
    const key = (await tmux.run(["show-options", "-gqv", `@claude-bottle-${action}-key`])).trim();
    if (key !== "") keys[action] = key;
  }
  await source(system, tmux, bindingLines(ownName(system), withoutClashes(system, keys, await foreignKeys(tmux))));
}

function readIntact(file: string): string | undefined {
  const text = readBytes(file);
  if (text === undefined || !hasBrokenBlock(text)) return text;
  throw new UserError(`"${file}" holds a part of what install wrote, and no longer all of it`, {
    hint: "take out by hand what is left of it, with its # >>> claude-bottle and # <<< claude-bottle lines",
  });
}

/** The name on the PATH, where it is this very program: that stays, whatever an upgrade puts behind it. */
function ownName(system: System): readonly string[] {
  const named = system.which("claude-bottle");
  const isThis = named !== undefined && system.self.length === 1 && realPath(named) === realPath(system.self[0] ?? "");
  const self = isThis ? [named] : system.self;
  if (self.join("").includes("#["))
    throw new UserError(`tmux cannot run a program whose path holds "#[": "${self.join(" ")}"`);
  return self;
}

const latin1 = (line: string): string => Buffer.from(line).toString("latin1");

async function agreed(system: System, { dryRun, yes }: Change, shown: string): Promise<boolean> {
  if (dryRun) system.out(Buffer.from(shown, "latin1").toString());
  else system.err(Buffer.from(shown, "latin1").toString());
  if (dryRun || yes) return !dryRun;
  if (!canAsk(system))
    throw new UserError("this asks before it changes a file, and there is no terminal to ask on", {
      hint: "to change it without a question, add --yes; to see the change only, --dry-run",
    });
  return await confirm("Apply this change?", { byDefault: false });
}

/** In a file of its own, so that the rest of the configuration does not run a second time. */
async function source(system: System, tmux: Tmux, lines: readonly string[]): Promise<void> {
  const file = `${stateDirectory(system.env)}/tmux-${process.pid}.conf`;
  writePrivate(file, `${lines.join("\n")}\n`);
  try {
    await tmux.run(["source-file", file]);
  } finally {
    removeFile(file);
  }
}

function summary(keys: Keys, running: boolean): string {
  const lines = actionNames
    .filter((action) => keys[action] !== "none")
    .map((action) => `  prefix ${keys[action] ?? ""}   ${actions[action].note}\n`);
  return `claude-bottle: ${running ? "bound" : "bound, from the next start of tmux on"}:\n${lines.join("")}`;
}

const offer = (unmet: readonly Need[]): string =>
  `claude-bottle: Claude Code is better with these lines, which install --options adds:\n${unmet.map(({ line, why }) => `  ${line}   # ${why}\n`).join("")}`;
