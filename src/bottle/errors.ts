import { count } from "../lib/count.ts";
import { backendNames } from "../backends/registry.ts";
import { exitCode, UserError } from "../errors.ts";
import { suggest } from "../lib/suggest.ts";
import { printable } from "../lib/quote.ts";
import type { Run } from "../system/system.ts";

export const nameTaken = (name: string, removal: string) =>
  new UserError(`a machine named "${name}" already exists and belongs to another directory`, {
    hint: `choose another name: claude-bottle run --name NAME\nor remove the machine if it is not needed: ${removal}`,
  });

export const sessionsRunning = (name: string, sessions: number, command: string) =>
  new UserError(`bottle "${name}" has ${count(sessions, "running session")}`, {
    hint: `end ${sessions === 1 ? "it" : "them"} first, or force it: claude-bottle ${command} --force`,
  });

export const sessionsUnknown = (name: string, command: string) =>
  new UserError(`bottle "${name}" is not in the ledger and does not answer, so its sessions are not known`, {
    hint: `to end them, too: claude-bottle ${command} --force ${name}`,
  });

export const noBottleToOpen = (directory: string, host: string) =>
  new UserError(`there is no bottle of "${printable(directory)}" yet`, {
    hint: `claude-bottle allow ${host} --project opens the host to the next one`,
  });

export const otherBackend = (bottle: string, made: string, demanded: string) =>
  new UserError(`bottle "${bottle}" uses ${made} and cannot move to ${demanded}`, {
    hint: `remove it first: claude-bottle rm ${bottle}`,
  });

export function unknownBackend(name: string): UserError {
  const like = suggest(name, backendNames);
  return new UserError(`there is no backend "${printable(name)}"${like ? `; did you mean ${like}?` : ""}`, {
    exitCode: exitCode.usage,
    hint: `there are: ${backendNames.join(", ")}`,
  });
}

/** For a bottle that is about to be removed. */
export const lossesUnknown = (bottle: string, cause: UserError) =>
  new UserError(`cannot tell what removing bottle "${bottle}" would lose: ${cause.message}`, {
    hint: [cause.hint, `or remove it without checking: ${forcedRemoval(bottle)}`].filter(Boolean).join("\n"),
    cause,
  });

/** `what` says how much exists only in the bottle, `paths` which files. */
export const wouldBeLost = (
  bottle: string,
  what: string,
  { paths, hasConversations }: { readonly paths: readonly string[]; readonly hasConversations: boolean },
) =>
  new UserError(what, {
    hint: [
      ...paths,
      `copy what you want to keep: claude-bottle cp ${bottle}:PATH .`,
      ...(hasConversations ? ["or keep its ~/.claude with the conversations for the next bottle: --keep-claude"] : []),
      `then remove the bottle: ${forcedRemoval(bottle)} (the project stays as it is, with what is not committed)`,
    ].join("\n"),
  });

const forcedRemoval = (bottle: string) => `claude-bottle rm --force ${bottle}`;

export const claudeNotCarried = (action: string, why: string) => new UserError(`cannot ${action}: ${printable(why)}`);

export const claudeTooLarge = (action: string, limit: string) =>
  new UserError(`cannot ${action}: it is larger than ${limit}`, {
    hint: "remove what it holds and you do not need, or set keep-claude = false",
  });

export const hookFailed = (
  hook: string,
  code: number,
  said: string,
  { directory, line }: { readonly directory: string; readonly line: string },
) =>
  new UserError(`${hook} failed with status ${code}: ${said || "it printed nothing"}`, {
    hint: `run it yourself in ${printable(directory)}: ${line}`,
  });

export const fileNotCopied = (source: string, why: string) =>
  new UserError(`cannot copy "${printable(source)}" into the bottle: ${why}`);

/** `output`: the lines before the last one, if they were not shown before. */
export const provisioningFailed = (
  command: string,
  code: number,
  { last, output }: { readonly last: string; readonly output: string },
) =>
  new UserError(`${command} failed in the bottle with status ${code}: ${last}`, {
    hint: `${output}correct it under [provision] in bottle.toml`,
  });

export const notAHost = (expected: string) => new UserError(`a host must be ${expected}`, { exitCode: exitCode.usage });

/** `file` already lists the host. */
export const networkNotListed = (bottle: string, mode: "open" | "off", host: string, file: string | undefined) =>
  new UserError(
    `bottle "${bottle}" ${mode === "open" ? "can already reach all of the network" : "has no network"}${listed(host, file)}`,
    { hint: "claude-bottle run --fresh --network list" },
  );

export const hostsFixed = (backend: string, host: string, file: string | undefined) =>
  new UserError(`${backend} cannot open a host to a bottle that exists${listed(host, file)}`, {
    hint: `${file === undefined ? `claude-bottle allow ${host} --project, then ` : ""}claude-bottle run --fresh`,
  });

const listed = (host: string, file: string | undefined) =>
  file === undefined ? "" : `; "${printable(file)}" lists "${host}" for the next one`;

export const noSettingsDirectory = () => new UserError("HOME is not set, so there is no place for your own settings");

export const manifestIsLink = (file: string, host: string) =>
  new UserError(`"${printable(file)}" is a symlink that leads out of the project`, {
    hint: `to open the host to this bottle alone: claude-bottle allow ${host}`,
  });

export const cannotAddHost = (file: string, host: string) =>
  new UserError(`cannot add a host to [network] of "${printable(file)}"`, {
    hint: `add it yourself: hosts = [${JSON.stringify(host)}]`,
  });

export const noAgent = (socket: string | undefined) =>
  new UserError(
    `the bottle needs your ssh agent, but ${socket ? `no agent answers at SSH_AUTH_SOCK, "${printable(socket)}"` : "SSH_AUTH_SOCK is not set"}`,
    { hint: 'start one: eval "$(ssh-agent)" && ssh-add; or remove ssh-agent from bottle.toml' },
  );

export const nothingUsable = (reasons: string) =>
  new UserError("no backend can run a bottle on this machine", { hint: reasons });

export const nothingStronger = "no microVM and no container can run here";

/** `why`: the reason each backend was skipped, and how to fix it. */
export const needsYes = (why: string) =>
  new UserError(nothingStronger, { hint: `${why}\nto use it: claude-bottle run --accept-weaker` });

export const notAccepted = () =>
  new UserError("no bottle was created", {
    exitCode: exitCode.cancelled,
    hint: "the lines above say how to get a VM or a container",
  });

/** `shown`: the sessions with their states. */
export const backgroundSessions = (
  bottle: string,
  {
    shown,
    count,
    first,
    command,
  }: { readonly shown: string; readonly count: number; readonly first: string; readonly command: string },
) => {
  const [what, them] = count === 1 ? ["a background session", "it"] : ["background sessions", "them"];
  return new UserError(`bottle "${bottle}" has ${what}: ${shown}`, {
    hint: `to see ${them}: claude-bottle attach ${first}\nto end ${them} with the bottle: claude-bottle ${command} --force`,
  });
};

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
  new UserError(`cannot copy "${printable(source)}": the bottle sent ${count} entries instead of one`);

export const notCopied = (source: string, destination: string, { stderr, code }: Run) =>
  new UserError(
    `cannot copy "${printable(source)}" to "${printable(destination)}": ${printable(stderr.trim().split("\n")[0] ?? "") || `status ${code}`}`,
  );
