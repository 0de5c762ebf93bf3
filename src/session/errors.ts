import { UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";
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
