import { UserError } from "../errors.ts";

export const programFailed = (what: string, words: string) => new UserError(`${what}: ${words}`);
