import { readFileOrNothing, realPath, removeFile, writePrivate } from "../../system/files.ts";
import { readBytes, rewriteBytes } from "../../system/rewrite.ts";
import { stateDirectory, type System } from "../../system/system.ts";
import { actionNames, actions, bindingLines, type Keys } from "./bindings.ts";
import { hasBrokenBlock, ownLines, renderChange, withBlock, withoutBlock } from "./block.ts";
import { findConfig } from "./config-file.ts";
import { foreignKeys, isOurs, knownKeys, assertDistinctKeys, unbindOwn, withoutClashes } from "./keys.ts";
import { writtenKeys } from "./written-keys.ts";
import { needs, unmetNeeds } from "./recommended-options.ts";
import type { Tmux } from "../tmux.ts";
import { canAsk, confirm } from "../../ui/prompts.ts";
import { inform } from "../../ui/messages.ts";
import { noKeyLeft, brokenBlock, unusablePath, cannotAskForChange } from "../errors.ts";
import { betterOptions, installedAlready, keysBound, mayChange, nothingInstalled } from "../messages.ts";

export type Change = {
  /** The configuration file. If undefined, it is the one that this tmux reads. */
  readonly file: string | undefined;
  readonly dryRun: boolean;
  /** Do not ask. */
  readonly yes: boolean;
};

/** Writes our bindings to the configuration file and applies them to the running server. */
export async function install(
  system: System,
  tmux: Tmux | undefined,
  { keys: asked, options, ...change }: Change & { readonly keys: Keys; readonly options: boolean },
): Promise<void> {
  const file = change.file ?? (await findConfig(system, tmux));
  const before = readIntact(file);
  const keys = tmux ? await knownKeys(tmux, asked) : asked;
  assertDistinctKeys(keys);
  const bound = tmux ? await foreignKeys(tmux) : writtenForeignKeys(system, file, before);
  const free = withoutClashes(system, keys, bound);
  // Keep options that an earlier install wrote: this one may only change a key.
  const setsOptions = options || needs.some(({ line }) => ownLines(before).includes(line));
  const unmet = tmux ? await unmetNeeds(tmux) : [];
  const lines = [...(setsOptions ? needs.map(({ line }) => line) : []), ...bindingLines(ownName(system), free)];
  if (lines.length === 0) throw noKeyLeft();
  const after = withBlock(before, lines.map(latin1));
  if (before === after) inform(system, installedAlready(file));
  else if (!(await agreed(system, change, renderChange(file, before, after)))) return;
  else rewriteBytes(file, after);
  if (change.dryRun) return;
  if (tmux) {
    await unbindOwn(tmux);
    await source(system, tmux, lines);
  }
  summarize(system, free, tmux !== undefined);
  if (!setsOptions && unmet.length > 0) inform(system, ...betterOptions(unmet));
}

/** The same as far as the file shows it, without our own block. */
function writtenForeignKeys({ env }: System, file: string, text: string | undefined): Map<string, string> {
  const own = text === undefined ? undefined : withoutBlock(text);
  const read = (path: string) => (path === file ? own : readFileOrNothing(path));
  const found = writtenKeys(file, { home: env.HOME ?? "", read });
  return new Map([...found].filter(([, command]) => !isOurs(command)));
}

/** Removes what install wrote, and unbinds it in the running server. */
export async function uninstall(system: System, tmux: Tmux | undefined, change: Change): Promise<void> {
  const file = change.file ?? (await findConfig(system, tmux));
  const before = readIntact(file);
  const after = before === undefined ? undefined : withoutBlock(before);
  if (before === after) inform(system, nothingInstalled(file));
  else if (!(await agreed(system, change, renderChange(file, before, after)))) return;
  else rewriteBytes(file, after);
  if (tmux && !change.dryRun) await unbindOwn(tmux);
}

/** Binds the keys in the running server only: for a plugin manager, which runs this each time the server starts. */
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
  throw brokenBlock(file);
}

/** The name on PATH, if it is this program: it still works after an upgrade. */
function ownName(system: System): readonly string[] {
  const named = system.which("claude-bottle");
  const isThis = named !== undefined && system.self.length === 1 && realPath(named) === realPath(system.self[0] ?? "");
  const self = isThis ? [named] : system.self;
  if (self.join("").includes("#[")) throw unusablePath(self.join(" "));
  return self;
}

const latin1 = (line: string): string => Buffer.from(line).toString("latin1");

async function agreed(system: System, { dryRun, yes }: Change, shown: string): Promise<boolean> {
  if (dryRun) system.out(Buffer.from(shown, "latin1").toString());
  else system.err(Buffer.from(shown, "latin1").toString());
  if (dryRun || yes) return !dryRun;
  if (!canAsk(system)) throw cannotAskForChange();
  return await confirm(mayChange, { byDefault: false });
}

/** Sources a file with only these lines, so that the rest of the configuration does not run again. */
async function source(system: System, tmux: Tmux, lines: readonly string[]): Promise<void> {
  const file = `${stateDirectory(system.env)}/tmux-${process.pid}.conf`;
  writePrivate(file, `${lines.join("\n")}\n`);
  try {
    await tmux.run(["source-file", file]);
  } finally {
    removeFile(file);
  }
}

function summarize(system: System, keys: Keys, running: boolean): void {
  const bound = actionNames
    .filter((action) => keys[action] !== "none")
    .map((action) => ({ key: keys[action] ?? "", note: actions[action].note }));
  inform(system, ...keysBound(bound, running));
}
