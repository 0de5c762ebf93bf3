import type { Backend } from "../backends/backend.ts";
import { notSynced } from "./errors.ts";
import { namesInput, parseTree, treeArgv, type Verb } from "../guest/tree.ts";
import { printable, shellLine } from "../lib/quote.ts";
import type { Tree } from "../lib/tree-state.ts";
import type { BottlePlan } from "../plan/plan.ts";
import type { HeldDirectory } from "../system/held-directory.ts";
import { readFrom } from "../system/pipe.ts";
import { packThings, unpackTar } from "../system/tar-tree.ts";
import { type Program, type Run, type RunOptions, type System } from "../system/system.ts";
import { inGuest } from "../backends/in-guest.ts";

/** Enough for a list of 200,000 files. */
const longestList = 32 * 1024 * 1024;

/** The copy of the project in a running bottle. Throws UserError if the bottle does not answer. */
export class BottleCopy {
  readonly #system: System;
  readonly #signal: AbortSignal;
  readonly #plan: BottlePlan;
  readonly #inGuest: (verb: Verb) => Program;

  constructor(system: System, backend: Backend, plan: BottlePlan, signal: AbortSignal) {
    this.#system = system;
    this.#signal = signal;
    this.#plan = plan;
    this.#inGuest = (verb) => inGuest(backend, plan, treeArgv(verb, plan.directory));
  }

  /** Reads those entries, or all. podman's client of another machine sometimes loses output without an error, so a list says where it ends. */
  async read(names?: readonly string[]): Promise<Tree> {
    for (let attempt = 1; ; attempt += 1) {
      const run = await this.#run(this.#inGuest(names ? "list named" : "list"), names && namesInput(names));
      const tree = parseTree(run.stdout);
      if (tree) return tree;
      if (attempt === 3) throw this.#failure(run);
    }
  }

  /** Removes entries; a directory only if it is empty. */
  async remove(names: readonly string[]): Promise<void> {
    if (names.length > 0) await this.#run(this.#inGuest("remove"), namesInput(names.toReversed()));
  }

  /** Copies entries of the project over those in the bottle. */
  async put(project: HeldDirectory, names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const things = names.map((name) => ({ name, as: name }));
    await this.#run(this.#inGuest("unpack"), packThings(project, things));
  }

  /** Copies entries of the bottle into a directory of ours, and drops anything else that the bottle sends. Returns the modes of the directories. */
  async fetch(names: readonly string[], directory: HeldDirectory): Promise<ReadonlyMap<string, number>> {
    if (names.length === 0) return new Map();
    const wanted = new Set(names);
    // tar returns 1 or 2 if something changed or disappeared while it was read; the next sync gets it.
    const failed = (run: Run) => {
      if (run.code > 2) throw this.#failure(run);
    };
    const options = { stdin: namesInput(names), signal: this.#signal, failed };
    const { modes } = await readFrom(this.#system, this.#inGuest("pack"), options, (stream) =>
      unpackTar(directory, stream, (name) => wanted.has(name)),
    );
    return modes;
  }

  async #run({ argv, env, ending }: Program, stdin?: RunOptions["stdin"]): Promise<Run> {
    const options = { env, ending, signal: this.#signal, maxBytes: longestList };
    const run = await this.#system.run(argv, { ...options, ...(stdin !== undefined && { stdin }) });
    if (run.code !== 0) throw this.#failure(run);
    return run;
  }

  #failure({ stderr, code }: Run): Error {
    const words = printable(stderr.trim().split("\n")[0] ?? "") || `status ${code}`;
    return notSynced(this.#plan.name, words);
  }
}

/** The commands of a sync. All but the first only run if something changed. */
export const explainCopy = (backend: Backend, plan: BottlePlan): string[] =>
  (["list", "pack", "remove", "unpack"] as const).map((verb) =>
    shellLine(inGuest(backend, plan, treeArgv(verb, plan.directory)).argv),
  );
