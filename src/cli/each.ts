import { UserError } from "../errors.ts";
import { renderError } from "../ui/render-error.ts";
import type { Context } from "./command.ts";

/** Works on one after the other. An error does not keep the rest; the last one gives the exit status. */
export async function eachOf<T>({ system, exit }: Context, all: readonly T[], work: (one: T) => Promise<void>) {
  for (const one of all) {
    try {
      await work(one);
    } catch (error) {
      if (!(error instanceof UserError) || all.length === 1) throw error;
      exit(renderError(system, error, ""));
    }
  }
}
