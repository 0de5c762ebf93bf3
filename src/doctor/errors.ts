import { UserError } from "../errors.ts";

export const cannotAskForFixes = (): UserError =>
  new UserError("doctor --fix asks before it runs anything, and there is no terminal to ask on", {
    hint: "to run it without a question: claude-bottle doctor --fix --yes",
  });
