import { exitCode, UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";

export const notOnTerminal = (session: string): UserError =>
  new UserError("attach needs a terminal", { hint: `print its screen: claude-bottle logs --screen ${session}` });

export const noScreen = (session: string): UserError =>
  new UserError(`session ${session} has no screen: it is not running in the background`, {
    hint: "claude-bottle ls lists the sessions",
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
  new UserError(`"${printable(agent)}" is not Claude Code, and --resume works only with that`, {
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
