import type { Run, RunOptions, System } from "../../system/system.ts";
import { parseJson } from "../../lib/json.ts";
import type { StepOptions } from "../backend.ts";
import * as argv from "./argv.ts";
import { hypervisorWords, rememberNoBoot } from "./boot.ts";
import { failureOf, noBoot, smolvmError } from "./errors.ts";
import { answerOfSmolvm, checkVersion, findSmolvm } from "./program.ts";

/** smolvm locks its database for each call, so wait before asking again. */
export const betweenTriesMs = 100;
/** Right after `start` on a busy host, exec says "not running" for some seconds. A second `start` would kill the machine. */
const readyWithinMs = 30_000;

type CallOptions = StepOptions & Pick<RunOptions, "env" | "onOutput" | "stdin">;

/** smolvm's command line. Its failures become UserErrors that say what to do. `doing`: the action, such as "make bottle x". */
export class Client {
  readonly system: System;
  #program: string | undefined;

  constructor(system: System) {
    this.system = system;
  }

  /** Throws UserError if it is not installed. */
  get program(): string {
    return (this.#program ??= findSmolvm(this.system));
  }

  /** The full argv for these arguments. */
  argv(words: readonly string[]): string[] {
    return [this.program, ...words];
  }

  call(words: readonly string[], options: CallOptions = {}): Promise<Run> {
    return this.system.run(this.argv(words), options);
  }

  /** For a command that changes nothing. */
  look(words: readonly string[]): Promise<Run> {
    return answerOfSmolvm(this.system, this.argv(words));
  }

  /** A usage error means that this is not a smolvm that we know; its version tells which. */
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

  /** Throws Unusable if the kernel cannot give it a virtual machine. */
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

  /** The first exec, repeated until the machine accepts it. */
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

/** `status` has no error code for a missing machine. */
const isUnknown = (run: Run) =>
  run.code !== 0 &&
  /^(vm not found: |config operation failed: machine status: machine '.*' not found$)/.test(failureOf(run).message);
