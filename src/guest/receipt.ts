import receiptScript from "./receipt.sh" with { type: "text" };
import { withoutComments } from "./script.ts";

/** As the bottle's user, when a session ends. */
export const receiptArgv = (directory: string, seconds: number, conversation: string): string[] => [
  "/bin/sh", "-c", withoutComments(receiptScript), "sh", directory, String(seconds), conversation,
]; // prettier-ignore
