import { exitCode, UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";
import { suggest } from "../lib/suggest.ts";
import type { Run } from "../system/system.ts";

export const notThere = (path: string) => new UserError(`"${printable(path)}" does not exist`);

export const noSuchDirectory = (path: string) => new UserError(`there is no directory "${printable(path)}"`);

export const wholeFileSystem = () => new UserError("the whole file system cannot be copied");

export const linkToDirectory = (path: string) =>
  new UserError(`"${printable(path)}" is a symlink to a directory`, {
    hint: `copy to "${printable(path)}/", or remove the symlink`,
  });

export const otherKind = (path: string) =>
  new UserError(`cannot replace "${printable(path)}": a directory and a file do not replace each other`, {
    hint: "remove it first, or copy to another name",
  });

export const leadsOut = (source: string, name: string) =>
  new UserError(`cannot copy "${printable(source)}": the bottle sent "${name}", which would lead out of it`);

export const notOneThing = (source: string, count: number) =>
  new UserError(`cannot copy "${printable(source)}": the bottle sent ${count} things in place of one`);

export const notCopied = (source: string, destination: string, { stderr, code }: Run) =>
  new UserError(
    `cannot copy "${printable(source)}" to "${printable(destination)}": ${printable(stderr.trim().split("\n")[0] ?? "") || `status ${code}`}`,
  );

export const noSession = (word: string, known: readonly string[]): UserError => {
  const like = suggest(word, known);
  return new UserError(`there is no session "${printable(word)}"${like ? `; did you mean ${like}?` : ""}`, {
    hint: "claude-bottle ls lists them",
  });
};

export const ambiguousName = (word: string, found: readonly string[]): UserError =>
  new UserError(`"${printable(word)}" fits ${found.length} names: ${found.slice(0, 8).map(printable).join(", ")}`, {
    exitCode: exitCode.usage,
    hint: "type more of the one that you mean",
  });

export const noBottleNamed = (word: string, known: readonly string[]): UserError => {
  const like = suggest(word, known);
  return new UserError(`there is no bottle "${printable(word)}"${like ? `; did you mean ${like}?` : ""}`, {
    hint: "claude-bottle ls lists the bottles",
  });
};

export const nothingInBackground = (bottle: string): UserError =>
  new UserError(`bottle "${bottle}" has no background session`, {
    hint: "start one: claude-bottle run --background -- PROMPT",
  });

export const onTerminal = (session: string, pane: string | undefined): UserError =>
  new UserError(`session ${session} already has a terminal${pane === undefined ? "" : `, tmux pane ${pane}`}`, {
    hint: "only background sessions can be attached: press Left at its empty prompt, or type /background",
  });

export const notOnTerminal = (session: string): UserError =>
  new UserError("attach needs a terminal", { hint: `print its screen: claude-bottle logs --screen ${session}` });

export const noScreen = (session: string): UserError =>
  new UserError(`session ${session} has no screen: it is not running in the background`, {
    hint: "claude-bottle ls lists the sessions",
  });

export const hasEnded = (session: string, conversation: string | undefined): UserError =>
  new UserError(`session ${session} has ended`, {
    hint:
      conversation === undefined
        ? "claude-bottle run starts a new one"
        : `go on with it: claude-bottle run --resume ${conversation}`,
  });

export const noBackgroundOn = (backend: string): UserError =>
  new UserError(`${backend} cannot keep a session in the background: it ends with the one that started it`, {
    hint: "run it on a terminal, or in a bottle of another backend: claude-bottle run --name NAME --backend BACKEND",
  });

export const notInBackground = (agent: string): UserError =>
  new UserError(`"${printable(agent)}" is not Claude Code, and has no background sessions`, {
    hint: "run it on a terminal, or choose another agent with --agent",
  });

/** `said`: what Claude Code printed. */
export function backgroundRefused(said: string, version: string | undefined): UserError {
  const [last = ""] = said.trim().split("\n").slice(-1);
  if (/unknown option '?--bg/.test(said))
    return new UserError(`Claude Code ${version ?? "in the bottle"} has no background sessions; 2.1.331 has them`, {
      hint: "recreate the bottle with a newer one: claude-bottle run --fresh",
    });
  if (said.includes("CLAUDE_CODE_DISABLE_AGENT_VIEW") || said.includes("disableAgentView"))
    return new UserError("background sessions are turned off in this bottle", {
      hint: "unset CLAUDE_CODE_DISABLE_AGENT_VIEW and disableAgentView",
    });
  return new UserError(`Claude Code did not start in the background: ${printable(last) || "it printed nothing"}`);
}

export const notStopped = (session: string, said: string): UserError =>
  new UserError(`session ${session} did not stop: ${printable(said.trim().split("\n").at(-1) ?? "")}`, {
    hint: "claude-bottle stop --force stops the whole bottle",
  });

export const noConversation = (word: string, bottle: string): UserError =>
  new UserError(`bottle "${bottle}" has no conversation "${printable(word)}"`, {
    hint: "pick one in Claude's own list: claude-bottle run -- --resume",
  });

export const conversationElsewhere = (word: string, bottle: string, directory: string): UserError =>
  new UserError(`conversation "${printable(word)}" is in bottle "${bottle}"`, {
    hint: `go there first: cd ${printable(directory)}`,
  });

export const stillInBackground = (session: string): UserError =>
  new UserError(`session ${session} is still running in the background`, { hint: `claude-bottle attach ${session}` });

export const resumeNeedsClaude = (agent: string): UserError =>
  new UserError(`"${printable(agent)}" is not Claude Code, whose conversations --resume goes on with`, {
    exitCode: exitCode.usage,
    hint: "pass the agent its own arguments after --",
  });

export const noCredential = (): UserError =>
  new UserError("there is no credential for Claude", { hint: "claude-bottle login" });

export const notStarted = (): UserError =>
  new UserError("no session was started", {
    exitCode: exitCode.cancelled,
    hint: "to store a credential: claude-bottle login; to let Claude ask for one: claude-bottle run --login-inside",
  });
