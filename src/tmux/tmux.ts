import { UserError } from "../errors.ts";
import { exists, realPath } from "../system/files.ts";
import { identify, type Identity } from "../system/process.ts";
import type { System } from "../system/system.ts";
import { askArgv, tmuxArgv, type Reach } from "./argv.ts";
import { tmuxFailed, tmuxMissing, noPane } from "./errors.ts";

const timeoutMs = 5_000;
const usualPlaces = ["/opt/homebrew/bin/tmux", "/usr/local/bin/tmux", "/usr/bin/tmux"];

/** The tmux server that we were started from. */
export class Tmux {
  readonly #system: System;
  readonly reach: Reach;
  readonly server: Identity;

  private constructor(system: System, reach: Reach, server: Identity) {
    this.#system = system;
    this.reach = reach;
    this.server = server;
  }

  /** Undefined outside tmux, or if its server is gone. Throws UserError without a tmux program. */
  static connect(system: System): Tmux | undefined {
    // The socket's path may contain commas.
    const [, socket, pid] = /^(.+),(\d+),-?\d+$/s.exec(system.env.TMUX ?? "") ?? [];
    const server = pid === undefined ? undefined : identify(Number(pid));
    if (socket === undefined || server === undefined) return undefined;
    // A tmux of another version may fail or hang.
    const own = system.platform === "linux" ? realPath(`/proc/${server.pid}/exe`) : undefined;
    // The pid of a dead server may belong to another program.
    if (own !== undefined && !/(tmux|tmate)[^/]*$/.test(own)) return undefined;
    return new Tmux(system, { program: own ?? findProgram(system), socket }, server);
  }

  /** The output of the commands. Throws UserError with tmux's own words. */
  async run(...commands: readonly (readonly string[])[]): Promise<string> {
    return this.#call(commands, { timeoutMs });
  }

  /** The same for a menu or a popup, which waits for the user. Its status is ignored. */
  async runAndWait(...commands: readonly (readonly string[])[]): Promise<void> {
    const { stderr } = await this.#system.run(tmuxArgv(this.reach, commands));
    if (stderr.trim() !== "") throw tmuxFailed(stderr.trim());
  }

  /** The same, started in `cwd`, which is where tmux opens new panes. */
  async runIn(cwd: string, ...commands: readonly (readonly string[])[]): Promise<string> {
    return this.#call(commands, { cwd, timeoutMs });
  }

  /** The fields of a pane; undefined if the pane does not exist. */
  async ask<const Fields extends readonly string[]>(
    pane: string,
    fields: Fields,
  ): Promise<Record<Fields[number], string> | undefined> {
    // No path contains this.
    const separator = crypto.randomUUID();
    const printed = await this.run(askArgv(pane, ["pane_id", ...fields], separator));
    const [id, ...values] = printed.replace(/\n$/, "").split(separator);
    // For a missing pane, tmux prints empty fields and reports success.
    if (id !== pane) return undefined;
    const cells = fields.map((field, index) => [field, values[index] ?? ""]);
    return Object.fromEntries(cells) as Record<Fields[number], string>;
  }

  /** The same. Throws UserError if the pane does not exist. */
  async mustAsk<const Fields extends readonly string[]>(
    pane: string,
    fields: Fields,
  ): Promise<Record<Fields[number], string>> {
    const seen = await this.ask(pane, fields);
    if (seen) return seen;
    throw noPane(pane);
  }

  async #call(commands: readonly (readonly string[])[], options: { cwd?: string; timeoutMs: number }): Promise<string> {
    const { code, timedOut, stdout, stderr } = await this.#system.run(tmuxArgv(this.reach, commands), options);
    if (code === 0) return stdout;
    throw tmuxFailed(stderr.trim() || (timedOut ? `no answer within ${timeoutMs / 1000} s` : `status ${code}`));
  }
}

/** If the server's own program cannot be seen. */
function findProgram(system: System): string {
  const program = system.which("tmux") ?? usualPlaces.find(exists);
  if (program) return program;
  throw tmuxMissing();
}
