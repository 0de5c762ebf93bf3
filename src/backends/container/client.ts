import * as v from "valibot";
import { answerOf } from "../../system/answer.ts";
import { exists } from "../../system/files.ts";
import { installCommand } from "../../system/packages.ts";
import type { Run, RunOptions, System } from "../../system/system.ts";
import type { StepOptions } from "../backend.ts";
import * as argv from "./argv.ts";
import { type Engine, parseInfo } from "./engine.ts";
import { engineError, isImproper, isUnknown, silentEngine, engineMissing } from "./errors.ts";
import { noteEngine } from "./known-engine.ts";

const answerMs = 15_000;

type CallOptions = StepOptions & Pick<RunOptions, "stdin">;

/** The parts of `container inspect` that we use. */
const containerSchema = v.object({
  Id: v.string(),
  State: v.object({ Status: v.string() }),
  Config: v.object({ Labels: v.nullish(v.record(v.string(), v.string())) }),
});

/** The engine's command line. Its failures become UserErrors that say what to do. */
export class Client {
  readonly system: System;
  readonly program: argv.ProgramName;
  #path: string | undefined;

  constructor(system: System, program: argv.ProgramName) {
    this.system = system;
    this.program = program;
  }

  /** The full argv for these arguments. */
  argv(words: readonly string[]): string[] {
    this.#path ??= this.system.which(this.program);
    if (this.#path !== undefined) return [this.#path, ...words];
    throw engineMissing(this.program, installCommand(this.system, "podman"));
  }

  call(words: readonly string[], options: CallOptions & Pick<RunOptions, "onOutput" | "endBy"> = {}): Promise<Run> {
    return this.system.run(this.argv(words), { ...options, env: this.#withoutMissingLogins });
  }

  /**
   * podman 4.3.1 refuses to run a container if a variable names a file of registry logins that does not exist, although it pulls nothing: it gets
   * no such variable.
   */
  get #withoutMissingLogins(): NonNullable<RunOptions["env"]> {
    if (this.program !== "podman") return {};
    const { DOCKER_CONFIG: directory, REGISTRY_AUTH_FILE: file } = this.system.env;
    return {
      ...(directory && !exists(`${directory}/config.json`) && { DOCKER_CONFIG: undefined }),
      ...(file && !exists(file) && { REGISTRY_AUTH_FILE: undefined }),
    };
  }

  /** Runs a command; if it fails because the container is paused, resumes the container and tries again. */
  async callResumed(name: string, words: readonly string[], options: StepOptions = {}): Promise<Run> {
    const run = await this.call(words, options);
    if (!isImproper(run)) return run;
    await this.call(argv.unpauseArgv(name), options);
    return await this.call(words, options);
  }

  /** `doing`: the action, such as "make bottle x". */
  async settle(
    doing: string,
    words: readonly string[],
    options: CallOptions & { readonly mayBeGone?: boolean } = {},
  ): Promise<Run> {
    const run = await this.call(words, options);
    if (run.code !== 0 && !(options.mayBeGone && isUnknown(run))) throw engineError(this.program, doing, run);
    return run;
  }

  /** For a command that changes nothing and answers quickly. May return a failure. */
  async look(doing: string, words: readonly string[]): Promise<Run> {
    const run = await answerOf(this.system, this.argv(words), answerMs);
    if (run) return run;
    throw silentEngine(this.program, doing);
  }

  async ask(doing: string, words: readonly string[]): Promise<Run> {
    const run = await this.look(doing, words);
    if (run.code !== 0) throw engineError(this.program, doing, run);
    return run;
  }

  async engine(): Promise<Engine> {
    const run = await this.ask("make bottles", argv.infoArgv());
    const engine = parseInfo(parseAnswer(run));
    // If its engine does not answer, docker still returns 0, with an error on stderr.
    if (!engine) throw engineError(this.program, "make bottles", run);
    noteEngine(this, engine);
    return engine;
  }

  /** Undefined if no container has that name. */
  async inspect(name: string): Promise<v.InferOutput<typeof containerSchema> | undefined> {
    const doing = `ask for bottle "${name}"`;
    const run = await this.look(doing, argv.inspectArgv(name));
    if (isUnknown(run)) return undefined;
    const found = v.safeParse(v.tuple([containerSchema]), parseAnswer(run));
    if (!found.success) throw engineError(this.program, doing, run);
    return found.output[0];
  }
}

/** Another program may have the engine's name. */
function parseAnswer({ stdout }: Run): unknown {
  try {
    return JSON.parse(stdout);
  } catch {
    return undefined;
  }
}
