import { UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";

export const claudeNotLoggedIn = (): UserError =>
  new UserError("Claude Code on this machine is not logged in", {
    hint: "log in with claude, or store a token: claude-bottle login",
  });

export const claudeLoginEnded = (): UserError =>
  new UserError("the login of Claude Code on this machine has expired", {
    hint: "log in again: claude, then /login",
  });

export const claudeKeychainRefused = (): UserError =>
  new UserError("the keychain refused to store Claude Code's new login", { hint: "unlock it" });

/** The login could not be renewed, but may still be valid for a while. */
export class NotRenewed extends UserError {}

export const claudeStoreTooLong = (): UserError =>
  new NotRenewed("the login of Claude Code is too long for this program to write to the keychain", {
    hint: "start claude on this machine, which renews it, or store a token: claude-bottle login",
  });

/** `what`: for example "status 500". */
export const unexpectedAnswer = (what: string): UserError =>
  new NotRenewed(`Claude's token server sent ${what}`, { hint: "try again later" });

export const tokenServerUnreachable = (cause: unknown): UserError =>
  new NotRenewed("Claude's token server cannot be reached to renew the login", {
    hint: "check the network, and try again",
    cause,
  });

export const renewalBusy = (lock: string): UserError =>
  new UserError("another process has been renewing Claude's login for 30 s", {
    hint: `try again; if no Claude Code is running, remove the directory ${lock}`,
  });

export const keychainRefused = (): UserError =>
  new UserError("the keychain refused to store the credential", {
    hint: "unlock it, or store the credential in a file: claude-bottle login --file",
  });

export const secretFileGone = (file: string): UserError =>
  new UserError(`the credential in "${file}" is gone`, { hint: "claude-bottle login" });

export const keychainLocked = (): UserError =>
  new UserError("the keychain does not answer; it may be locked", { hint: "unlock it, and try again" });

export const keychainEmpty = (): UserError =>
  new UserError("the keychain has no credential for claude-bottle", { hint: "claude-bottle login" });

export const credentialProgramMissing = (program: string): UserError =>
  new UserError(`"${printable(program)}", which prints the credential, was not found`, {
    hint: "add its directory to PATH, or store another credential: claude-bottle login",
  });

export const credentialProgramRelative = (program: string): UserError =>
  new UserError(`"${printable(program)}" must be a program on PATH or an absolute path: every start runs it`);

export const notAToken = (): UserError => new UserError("a token holds no spaces, quotes or special characters");

export const unknownToken = (): UserError =>
  new UserError("this is neither a token of claude setup-token (sk-ant-oat...) nor an API key (sk-ant-api...)", {
    hint: "for a gateway's token: claude-bottle login --as gateway",
  });
