import * as v from "valibot";
import { UserError } from "../../errors.ts";
import { printable } from "../../lib/quote.ts";
import type { Run, System } from "../../system/system.ts";
import type { StepOptions } from "../backend.ts";
import * as argv from "./argv.ts";
import { type Engine, isElsewhere, parseInfo } from "./engine.ts";
import { engineError, isUnknown } from "./errors.ts";

const installHints = {
  docker: "install it: https://docs.docker.com/engine/install",
  podman: "install it, for example: sudo apt-get install podman",
} as const;

/** `container inspect`, as far as it concerns us. */
const containerSchema = v.object({
  Id: v.string(),
  State: v.object({ Status: v.string(), Pid: v.number() }),
  Config: v.object({ Labels: v.nullish(v.record(v.string(), v.string())) }),
});

/** The engine's command line, by its path; its failures are UserErrors that say what to do. */
export class Client {
  readonly system: System;
  readonly program: argv.ProgramName;
  #path: string | undefined;
  #checked: Promise<void> | undefined;

  constructor(system: System, program: argv.ProgramName) {
    this.system = system;
    this.program = program;
  }

  /** The whole argv of those words. */
  argv(words: readonly string[]): string[] {
    this.#path ??= this.system.which(this.program);
    if (this.#path !== undefined) return [this.#path, ...words];
    throw new UserError(`${this.program} is not installed`, { hint: installHints[this.program] });
  }

  call(words: readonly string[], options: StepOptions & { readonly progress?: boolean } = {}): Promise<Run> {
    return this.system.run(this.argv(words), options);
  }

  /** `doing`: what for, as "make bottle x". */
  async settle(
    doing: string,
    words: readonly string[],
    options: StepOptions & { readonly mayBeGone?: boolean } = {},
  ): Promise<Run> {
    const run = await this.call(words, options);
    if (run.code !== 0 && !(options.mayBeGone && isUnknown(run))) throw engineError(this.program, doing, run);
    return run;
  }

  async engine(): Promise<Engine> {
    await this.#seesOurFiles();
    const run = await this.settle("make bottles", argv.infoArgv());
    const engine = parseInfo(JSON.parse(run.stdout));
    // docker calls it a success when its engine does not answer, and says on stderr that it does not.
    if (!engine) throw engineError(this.program, "make bottles", run);
    return engine;
  }

  /** docker would mount an empty folder of the engine's machine in the project's place, and say nothing. */
  #seesOurFiles(): Promise<void> {
    return (this.#checked ??= this.#refuseElsewhere());
  }

  async #refuseElsewhere(): Promise<void> {
    const { env } = this.system;
    const variable = this.program === "docker" ? "DOCKER_HOST" : "CONTAINER_HOST";
    const isContext = this.program === "docker" && !env.DOCKER_HOST;
    const address = isContext ? (await this.call(argv.contextArgv())).stdout.trim() : (env[variable] ?? "");
    if (!isElsewhere(address)) return;
    throw new UserError(
      `${this.program}'s engine is on another machine (${printable(address)}), which does not see this directory`,
      {
        hint: isContext
          ? "choose one of this machine: docker context use default"
          : `use one of this machine: unset ${variable}`,
      },
    );
  }

  /** Undefined where there is no container of that name. */
  async inspect(name: string): Promise<v.InferOutput<typeof containerSchema> | undefined> {
    await this.#seesOurFiles();
    const run = await this.settle(`ask for bottle "${name}"`, argv.inspectArgv(name), { mayBeGone: true });
    return run.code === 0 ? v.parse(v.tuple([containerSchema]), JSON.parse(run.stdout))[0] : undefined;
  }
}
