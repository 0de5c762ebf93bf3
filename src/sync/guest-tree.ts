import type { Backend } from "../backends/backend.ts";
import { UserError } from "../errors.ts";
import { namesInput, parseTree, treeArgv, type Verb } from "../guest/tree.ts";
import { printable, shellLine } from "../lib/quote.ts";
import type { Tree } from "../lib/tree-state.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { pipe } from "../system/pipe.ts";
import { stateDirectory, type Program, type Run, type System } from "../system/system.ts";
import { inGuest } from "../backends/in-guest.ts";

/** Where what comes home is unpacked; each time below a name that begins with it. */
export const stagingDirectory = (env: System["env"]): string => `${stateDirectory(env)}/copies/.staging-`;

/** The copy of the project in a bottle that runs. Throws UserError where the bottle does not answer. */
export class BottleCopy {
  readonly #system: System;
  readonly #plan: BottlePlan;
  readonly #inGuest: (verb: Verb) => Program;

  constructor(system: System, backend: Backend, plan: BottlePlan) {
    this.#system = system;
    this.#plan = plan;
    this.#inGuest = (verb) => inGuest(backend, plan, treeArgv(verb, plan.directory));
  }

  /** Of those things, or of all. podman's client of another machine loses what a command printed now and then, and says nothing. */
  async read(names?: readonly string[]): Promise<Tree> {
    for (let attempt = 1; ; attempt += 1) {
      const run = await this.#run(this.#inGuest(names ? "list named" : "list"), names);
      const tree = parseTree(run.stdout);
      if (tree) return tree;
      if (attempt === 3) throw this.#failure(run);
    }
  }

  /** A directory only when it is empty. */
  async remove(names: readonly string[]): Promise<void> {
    if (names.length > 0) await this.#run(this.#inGuest("remove"), names.toReversed());
  }

  /** Those things of the project, in place of the bottle's. */
  async put(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const pack = onHost(treeArgv("pack", this.#plan.directory));
    const { from, to } = await pipe(this.#system, pack, this.#inGuest("unpack"), { stdin: namesInput(names) });
    if (from.code !== 0 || to.code !== 0) throw this.#failure(from.code === 0 ? to : from);
  }

  /** Those things of the bottle, into a directory of ours. */
  async fetch(names: readonly string[], directory: string): Promise<void> {
    if (names.length === 0) return;
    const unpack = onHost(treeArgv("unpack", directory));
    const { from, to } = await pipe(this.#system, this.#inGuest("pack"), unpack, { stdin: namesInput(names) });
    // tar's own 1 and 2: something changed or went away as it was read, and comes the next time.
    if (from.code > 2 || to.code !== 0) throw this.#failure(from.code > 2 ? from : to);
  }

  async #run({ argv, env }: Program, names?: readonly string[]): Promise<Run> {
    const run = await this.#system.run(argv, { env, ...(names && { stdin: namesInput(names) }) });
    if (run.code !== 0) throw this.#failure(run);
    return run;
  }

  #failure({ stderr, code }: Run): UserError {
    const words = printable(stderr.trim().split("\n")[0] ?? "") || `status ${code}`;
    return new UserError(`cannot bring the project and its copy in bottle "${this.#plan.name}" together: ${words}`, {
      hint: "nothing is lost; once it is mended: claude-bottle sync",
    });
  }
}

/** What bringing both together runs, one a line; all but the first only where something changed. */
export function explainCopy({ env }: System, backend: Backend, plan: BottlePlan): string[] {
  const there = (verb: Verb) => shellLine(inGuest(backend, plan, treeArgv(verb, plan.directory)).argv);
  const here = (verb: Verb, directory: string) => shellLine(treeArgv(verb, directory));
  return [
    there("list"),
    `${there("pack")} | ${here("unpack", stagingDirectory(env))}`,
    there("remove"),
    `${here("pack", plan.directory)} | ${there("unpack")}`,
  ];
}

/** macOS would add its own attributes as further files. */
const onHost = (argv: readonly string[]): Program => ({ argv, env: { COPYFILE_DISABLE: "1" } });
