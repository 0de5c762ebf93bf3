import type { Run, RunOptions, System } from "../../system/system.ts";
import { parseJson } from "../../lib/json.ts";
import type { StepOptions } from "../backend.ts";
import * as argv from "./argv.ts";
import { hypervisorWords, rememberNoBoot } from "./boot.ts";
import { failureOf, noBoot, smolvmError } from "./errors.ts";
import { answerOfSmolvm, checkVersion, findSmolvm } from "./program.ts";

/** smolvm locks its database for each call, so whoever asks again waits first. */
export const betweenTriesMs = 100;
/** Right after `start`, on a busy host, exec says "not running" for some seconds; a second `start` would kill the machine. */
const readyWithinMs = 30_000;

type CallOptions = StepOptions & Pick<RunOptions, "env" | "onOutput">;

/** smolvm's command line; its failures are UserErrors that say what to do. `doing`: what for, as "make bottle x". */
export class Client {
  readonly system: System;
  #program: string | undefined;

  constructor(system: System) {
    this.system = system;
  }

  /** Throws UserError where it is not installed. */
  get program(): string {
    return (this.#program ??= findSmolvm(this.system));
  }

  /** The whole argv of those words. */
  argv(words: readonly string[]): string[] {
    return [this.program, ...words];
  }

  call(words: readonly string[], options: CallOptions = {}): Promise<Run> {
    return this.system.run(this.argv(words), options);
  }

  /** What changes nothing. */
  look(words: readonly string[]): Promise<Run> {
    return answerOfSmolvm(this.system, this.argv(words));
  }

  /** A usage error of smolvm means that it is not the one that we know: its version says which. */
  async query(words: readonly string[]): Promise<unknown> {
    const run = await this.look(words);
    if (run.code === 0) {
      const parsed = parseJson(run.stdout);
      if (parsed !== undefined) return parsed;
    }
    if (isUnknown(run)) return undefined;
    await checkVersion(this.system, this.program);
    throw smolvmError("ask smolvm for its machines", run);
  }

  async settle(
    doing: string,
    words: readonly string[],
    { mayBeGone = false, ...options }: CallOptions & { readonly mayBeGone?: boolean } = {},
  ): Promise<Run> {
    const run = await this.call(words, options);
    options.signal?.throwIfAborted();
    if (run.code !== 0 && !(mayBeGone && isUnknown(run))) throw smolvmError(doing, run);
    return run;
  }

  /** Throws Unusable where the machine's kernel gives it no virtual machine at all. */
  async start(doing: string, words: readonly string[], options: CallOptions = {}): Promise<Run> {
    const run = await this.call(words, options);
    options.signal?.throwIfAborted();
    const refusal = run.code === 0 ? undefined : hypervisorWords(run);
    if (refusal !== undefined) {
      rememberNoBoot(this.system, this.program, refusal);
      throw noBoot(refusal);
    }
    if (run.code !== 0) throw smolvmError(doing, run);
    return run;
  }

  /** A first exec, once the machine takes it. */
  async execFirst(doing: string, words: readonly string[], options: CallOptions = {}): Promise<Run> {
    const deadline = this.system.now() + readyWithinMs;
    for (;;) {
      const run = await this.call(words, options);
      options.signal?.throwIfAborted();
      if (run.code === 0) return run;
      if (!/is not running|connect/.test(failureOf(run).message) || this.system.now() > deadline)
        throw smolvmError(doing, run);
      await Bun.sleep(betweenTriesMs);
    }
  }

  async remove(name: string, what: string, options: StepOptions = {}): Promise<void> {
    const gone = { ...options, mayBeGone: true };
    // smolvm's delete of a running machine once left its process behind.
    await this.settle(`stop ${what}`, argv.stopArgv(name), gone);
    await this.settle(`remove ${what}`, argv.deleteArgv(name), gone);
  }
}

/** `status` has no code of its own for a machine that is not there. */
const isUnknown = (run: Run) =>
  run.code !== 0 &&
  /^(vm not found: |config operation failed: machine status: machine '.*' not found$)/.test(failureOf(run).message);
