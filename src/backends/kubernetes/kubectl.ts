import * as v from "valibot";
import { UserError } from "../../errors.ts";
import { answerOf } from "../../system/answer.ts";
import type { Run, RunOptions, System } from "../../system/system.ts";
import type { StepOptions } from "../backend.ts";
import { configArgv } from "./argv.ts";
import { kubectlError, notInstalled, silentCluster, unreadableAnswer } from "./errors.ts";

/** More than the 15 seconds that kubectl gives the API server. */
const answerMs = 20_000;

type CallOptions = StepOptions & Pick<RunOptions, "stdin" | "timeoutMs">;

/** kubectl with the user's own kubeconfig. Its failures become UserErrors that say what to do. */
export class Kubectl {
  readonly system: System;
  #path: string | undefined;

  constructor(system: System) {
    this.system = system;
  }

  /** The full argv for these arguments. Throws UserError if kubectl is not installed. */
  argv(words: readonly string[]): string[] {
    this.#path ??= this.system.which("kubectl");
    if (this.#path === undefined) throw notInstalled();
    return [this.#path, ...words];
  }

  call(words: readonly string[], options: CallOptions = {}): Promise<Run> {
    return this.system.run(this.argv(words), options);
  }

  /** `doing`: the action, such as "make bottle x". */
  async settle(doing: string, words: readonly string[], options: CallOptions = {}): Promise<Run> {
    const run = await this.call(words, options);
    options.signal?.throwIfAborted();
    if (run.code !== 0) throw kubectlError(doing, run);
    return run;
  }

  /** For a command that changes nothing and answers quickly. May return a failure. */
  async look(doing: string, words: readonly string[]): Promise<Run> {
    const run = await answerOf(this.system, this.argv(words), answerMs);
    if (run) return run;
    throw silentCluster(doing);
  }

  async ask<const Schema extends v.GenericSchema>(doing: string, words: readonly string[], schema: Schema): Promise<v.InferOutput<Schema>> {
    const run = await this.look(doing, words);
    if (run.code !== 0) throw kubectlError(doing, run);
    // With --ignore-not-found, kubectl prints nothing for a missing object.
    const parsed = v.safeParse(schema, run.stdout.trim() === "" ? { items: [] } : parseJson(run.stdout));
    if (!parsed.success) throw unreadableAnswer(doing);
    return parsed.output;
  } // prettier-ignore

  /** The kubeconfig's context and namespace. It is read and never changed. */
  async place(context: string | undefined): Promise<{ context: string; namespace: string }> {
    const config = await this.ask("read the kubeconfig", configArgv(context), configSchema);
    const [current] = config.contexts;
    return { context: current.name, namespace: current.context.namespace || "default" };
  }
}

const configSchema = v.object({
  contexts: v.tuple([
    v.object({ name: v.string(), context: v.object({ namespace: v.optional(v.string(), "default") }) }),
  ]),
});

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
