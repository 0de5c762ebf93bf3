import { closeSync, openSync, writeSync } from "node:fs";
import { privateDirectory } from "./files.ts";
import { stateDirectory, type System } from "./system.ts";

const kept = 8;

/** The output of a builder, in a file that the next build of that name replaces. */
export class LogFile implements Disposable {
  readonly path: string;
  readonly #descriptor: number;
  #end = "";

  constructor({ env }: System, name: string) {
    this.path = `${privateDirectory(`${stateDirectory(env)}/logs`)}/${name}.log`;
    this.#descriptor = openSync(this.path, "w", 0o600);
  }

  write(text: string): void {
    writeSync(this.#descriptor, text);
    this.#end = (this.#end + text).slice(-4096);
  }

  /** Its last lines, for an error. A line that was redrawn counts as its last version. */
  get end(): string {
    const lines = this.#end.split("\n").map((line) => line.trimEnd().split("\r").at(-1) ?? "");
    return lines.filter(Boolean).slice(-kept).join("\n");
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}
