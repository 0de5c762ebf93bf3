import { exitCode, Interrupted } from "../errors.ts";
import { dropTyped } from "../system/key.ts";
import type { System } from "../system/system.ts";

/** Whether a question reaches the user. Without a terminal, the error names the option that answers it. */
export const canAsk = ({ isTty }: System): boolean => isTty.stdin && isTty.stderr;

/** Asks for yes or no on its own line. Enter chooses `byDefault`. Throws Interrupted on Ctrl-C. */
export async function confirm(question: string, { byDefault }: { readonly byDefault: boolean }): Promise<boolean> {
  const answer = await ask<string>(({ text }, streams) =>
    text({
      ...streams,
      message: `${question} ${byDefault ? "[Y/n]" : "[y/N]"}`,
      validate: (typed) => (/^\s*(y(es)?|no?)?\s*$/i.test(typed ?? "") ? undefined : "Type y or n."),
    }),
  );
  const typed = (answer ?? "").trim().toLowerCase();
  return typed === "" ? byDefault : typed.startsWith("y");
}

/** Asks for a secret without showing it. Throws Interrupted on Ctrl-C. */
export const hiddenInput = (question: string): Promise<string> =>
  ask<string>(({ password }, streams) => password({ ...streams, message: question }));

type Choice<Value extends string> = { readonly value: Value; readonly label: string; readonly hint?: string };

/** Asks for one of several choices. Enter chooses the first. Throws Interrupted on Ctrl-C. */
export const choose = <Value extends string>(question: string, choices: readonly Choice<Value>[]): Promise<Value> =>
  ask(({ select }, streams) =>
    select<string>({ ...streams, message: question, options: [...choices] }),
  ) as Promise<Value>;

type Clack = typeof import("@clack/prompts");
type Streams = { readonly input: NodeJS.ReadStream; readonly output: NodeJS.WriteStream; readonly withGuide: false };

/** Discards what was typed before the question. */
async function ask<T>(question: (clack: Clack, streams: Streams) => Promise<T | symbol>): Promise<T> {
  const clack = await import("@clack/prompts");
  dropTyped();
  const answer = await question(clack, { input: process.stdin, output: process.stderr, withGuide: false });
  if (clack.isCancel(answer)) throw new Interrupted(exitCode.cancelled);
  return answer as T;
}
