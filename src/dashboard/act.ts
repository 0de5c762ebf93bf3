import { Attention } from "../ledger/attention.ts";
import { Ledger } from "../ledger/ledger.ts";
import { Mutes } from "../ledger/mutes.ts";
import type { System } from "../system/system.ts";
import { programFailed } from "./errors.ts";
import { removeAndLose, removeBottle } from "./messages.ts";
import type { Panes } from "./panes.ts";
import { type Action, isChoice, type Opening, whereOf } from "./press.ts";
import type { Row } from "./rows.ts";
import { withoutPrefix } from "../ui/messages.ts";

export type Stage = {
  readonly system: System;
  /** Undefined outside tmux. */
  readonly panes: Panes | undefined;
  readonly isPopup: boolean;
  /** Runs a program on the terminal in place of the dashboard. */
  readonly aside: (directory: string, argv: readonly string[]) => Promise<number>;
};

/** The message or question after an action. `leave`: the dashboard must close, as in a popup. */
export type Outcome = {
  readonly note?: string;
  readonly confirm?: { readonly question: string; readonly lines: readonly string[]; readonly action: Action };
  readonly leave?: boolean;
};

/** The note that is shown while the action runs, unless its effect is visible at once. */
export function doing(action: Action): string | undefined {
  switch (action.kind) {
    case "allow":
      return action.reach === "never" ? undefined : `allowing ${action.host}…`;
    case "start":
      return action.isBackground ? `starting a session in ${action.directory}…` : undefined;
    case "stop":
      return `stopping ${action.row.label}…`;
    case "remove":
      return action.how === "ask" ? `looking at what ${action.row.label} holds…` : `removing ${action.row.label}…`;
    default:
      return undefined;
  }
}

export const changesBottles = ({ kind }: Action): boolean => ["allow", "start", "stop", "remove"].includes(kind);

/** Performs the action of a key press. Throws UserError. Whatever starts, stops or changes something is a command of claude-bottle. */
export async function act(stage: Stage, action: Action): Promise<Outcome> {
  switch (action.kind) {
    case "go":
      return await go(stage, action.row);
    case "bring": {
      const pane = action.row.session?.pane;
      if (!stage.panes || !pane || !(await stage.panes.isThere(pane))) return { note: "its pane is gone" };
      const done = await stage.panes.bring(pane.id);
      return { note: done === "brought" ? "o puts the pane back" : "the pane is back in its place" };
    }
    case "reply": {
      const { session, label } = action.row;
      if (!stage.panes || !session?.pane || !(await stage.panes.isThere(session.pane))) return { note: "its pane is gone" };
      if (isChoice(action.row)) await stage.panes.choose(session.pane.id, action.text);
      else await stage.panes.type(session.pane.id, action.text);
      seen(stage.system, action.row);
      return { note: `sent to ${label}` };
    }
    case "allow":
      return await allow(stage, action.row, action.host, action.reach);
    case "open":
      return await open(stage, action.row, action.what);
    case "start":
      return await start(stage, action.directory, action.words, action.isBackground);
    case "stop":
      await ownCommand(stage, ["stop", ...(action.row.session ? ["--force"] : []), action.row.session?.id ?? action.row.bottle.name]);
      return { note: action.row.session ? `stopped the session of ${action.row.label}` : `stopped ${action.row.label}` };
    case "remove":
      return await remove(stage, action.row, action.how);
    default:
      return {};
  }
} // prettier-ignore

async function go({ system, panes, isPopup, aside }: Stage, row: Row): Promise<Outcome> {
  const { session, bottle } = row;
  const { directory, name, givenName } = bottle;
  const run = ["run", ...(givenName === undefined ? [] : ["--name", givenName])];
  seen(system, row);
  if (panes && session?.pane && (await panes.isThere(session.pane))) {
    await panes.show(session.pane.id);
    return { leave: isPopup };
  }
  // It belongs to another tmux server, or to a plain terminal.
  if (session && !session.isBackground) return { note: whereOf(row) };
  const words = session ? ["attach", session.id] : run;
  if (!panes || isPopup) {
    const code = await aside(directory, [...system.self, ...words]);
    return code === 0 ? {} : { note: `${name}: ended with status ${code}` };
  }
  if (session) await panes.attach(directory, session.id);
  else await panes.open(directory, words);
  return {};
}

/** Marks a finished turn as seen. */
function seen(system: System, { session }: Row): void {
  if (!session) return;
  using ledger = new Ledger(system);
  new Attention(ledger).noteSeen(session.id, system.now());
}

async function allow(stage: Stage, { bottle }: Row, target: string, reach: "session" | "project" | "never"): Promise<Outcome> {
  if (reach === "never") {
    using ledger = new Ledger(stage.system);
    new Mutes(ledger).add(bottle.name, target);
    return { note: `${target} stays denied, and is not shown again` };
  }
  const host = target.replace(/:\d+$/, "");
  const words = reach === "project" ? ["allow", host, "--project"] : ["allow", host, "--bottle", bottle.name];
  return { note: await ownCommand(stage, words, bottle.directory) };
} // prettier-ignore

const diffScript = `git rev-parse -q --verify HEAD >/dev/null 2>&1 || { echo "there is no commit to compare with"; exit 0; }
git diff --quiet HEAD && { echo "no changes since the last commit"; exit 0; }
git -p diff HEAD`;

async function open({ system, panes, isPopup, aside }: Stage, { bottle }: Row, what: Opening): Promise<Outcome> {
  const { directory, name } = bottle;
  if (what === "host shell") {
    if (panes && !isPopup) await panes.openShell(directory);
    else await aside(directory, [system.env.SHELL || "/bin/sh"]);
    return {};
  }
  // Inside the bottle, because the repository's own git settings may run programs.
  const words = what === "diff" ? ["shell", name, "--", "sh", "-c", diffScript] : what === "log" ? ["logs", name] : ["shell", name];
  const ending = what === "shell" ? "close" : "key";
  if (panes && !isPopup) await panes.open(directory, words, ending);
  else await aside("/", [...system.self, "tmux", "pane", "--ending", ending, directory, "--", ...words]);
  return {};
} // prettier-ignore

async function start(stage: Stage, directory: string, options: readonly string[], isBackground: boolean): Promise<Outcome> {
  const { system, panes, isPopup, aside } = stage;
  const place = directory.replace(/^~(?=\/|$)/, system.env.HOME ?? "~");
  const words = ["run", ...(isBackground ? ["--background"] : []), ...options];
  if (isBackground) return { note: `started background session ${await ownCommand(stage, words, place)}` };
  if (panes && !isPopup) await panes.open(place, words);
  else await aside(place, [...system.self, ...words]);
  return {};
} // prettier-ignore

/** `rm` refuses to lose anything. The dashboard asks about what it lists, and only then uses --force. */
async function remove(stage: Stage, row: Row, how: "ask" | "plain" | "force"): Promise<Outcome> {
  const { name } = row.bottle;
  const option = { ask: ["--dry-run"], plain: [], force: ["--force"] }[how];
  const { code, words } = await runOwn(stage, ["rm", ...option, name], "/");
  if (how === "ask" && code === 0)
    return { confirm: { question: removeBottle(name), lines: words, action: { kind: "remove", row, how: "plain" } } };
  if (how === "plain" && code !== 0)
    return { confirm: { question: removeAndLose(name), lines: words, action: { kind: "remove", row, how: "force" } } };
  if (code !== 0) throw programFailed("rm", words[0] ?? `status ${code}`);
  return { note: words.at(-1) ?? `removed ${name}` };
} // prettier-ignore

/** Runs a command of claude-bottle and returns the last line that it printed. Throws UserError if it fails. */
async function ownCommand(stage: Stage, words: readonly string[], directory = "/"): Promise<string> {
  const { code, words: lines } = await runOwn(stage, words, directory);
  if (code !== 0) throw programFailed(words[0] ?? "", lines[0] ?? `status ${code}`);
  return lines.at(-1) ?? `${words[0]}: done`;
}

async function runOwn({ system }: Stage, words: readonly string[], cwd: string) {
  const { code, stdout, stderr } = await system.run([...system.self, ...words], { cwd, env: { NO_COLOR: "1" } });
  const lines = `${stderr}\n${stdout}`.split("\n").map((line) => withoutPrefix(line.trim()));
  return { code, words: lines.filter((line) => line !== "") };
}
