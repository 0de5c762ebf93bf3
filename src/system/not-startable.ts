import { accessSync, constants, existsSync } from "node:fs";
import { UserError } from "../errors.ts";

/** Why that program could not be started, and what mends it. */
export function notStartable(program: string, cause?: unknown): UserError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "E2BIG")
    return new UserError(`the words and the environment are too long to start "${program}" with`, {
      hint: "put the long ones into a file, or send them on stdin",
      cause,
    });
  const isThere = program.includes("/") && existsSync(program);
  if (isThere && isExecutable(program))
    return new UserError(`"${program}" is no program of this system`, { hint: `install ${program} anew`, cause });
  if (code === "EACCES" || isThere)
    return new UserError(`"${program}" is not executable`, { hint: `if it is a program: chmod +x ${program}`, cause });
  return new UserError(`"${program}" was not found`, {
    hint: `install ${program}, or put its directory on PATH`,
    cause,
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
