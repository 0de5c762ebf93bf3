import { UserError } from "../../errors.ts";
import { printable } from "../../lib/quote.ts";
import type { Probe } from "../backend.ts";

export const stepFailed = (doing: string, why: string) =>
  new UserError(`cannot ${doing}: ${why}`, { hint: "claude-bottle doctor" });

export const endedAtStart = (name: string) =>
  new UserError(`bottle "${name}" stopped right after it started`, { hint: "claude-bottle doctor" });

export const portTaken = (name: string, port: number) =>
  new UserError(`a program in bottle "${name}" listens on port ${port}, which ANTHROPIC_BASE_URL needs there`, {
    hint: `end that program, or stop the bottle: claude-bottle stop ${name}`,
  });

export const directoryReplaced = (name: string, path: string) =>
  new UserError(`bottle "${name}" still uses an old directory at "${printable(path)}", which has been replaced`, {
    hint: `stop it, and the next session uses the new one: claude-bottle stop ${name}`,
  });

export const notUsable = (reason: string, hint: string): UserError => new UserError(reason, { hint });

export const homeInTheWay = (home: string): UserError =>
  new UserError(`HOME is "${printable(home)}", where a bubblewrap bottle has its own home`, {
    hint: "set HOME to a directory of your own",
  });

export const needsLinux = (): UserError =>
  new UserError("bubblewrap needs Linux", { hint: "use smolvm or docker: claude-bottle doctor" });

export const notInstalled = (hint: string): UserError => new UserError("bubblewrap is not installed", { hint });

export const linkForDirectory = (source: string, target: string): UserError =>
  new UserError(`"${printable(source)}" is a symlink, but "${printable(target)}" in the bottle must be a directory`, {
    hint: "put a directory in its place, or remove it",
  });

type Unusable = Extract<Probe, { usable: false }>;

/** `setting`: the kernel's, such as "user.max_user_namespaces", which is `bad`. */
export const namespacesForbidden = (setting: string, bad: string, good: string): Unusable => ({
  usable: false,
  reason: `user namespaces, which bubblewrap is made of, are forbidden here (${setting} is ${bad})`,
  hint: `sudo sysctl -w ${setting}=${good}`,
});

export const noSandboxHere = (words: string, code: number): Unusable => ({
  usable: false,
  reason: `bubblewrap cannot make a sandbox here: ${words || `it ends with status ${code}`}`,
  hint: "run claude-bottle on the machine itself, not in a container",
});
