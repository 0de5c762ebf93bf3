import { UserError } from "../errors.ts";

export const noTerminal = (cause: unknown): UserError =>
  new UserError("this process has no terminal to ask", { hint: "run it from a shell", cause });
