import { readFileSync, statSync } from "node:fs";
import { writePrivate } from "../system/files.ts";

/** What a bottle may reach. */
export type Rules = {
  /** One extended regular expression per line, as `filterOf` of the backends makes them. */
  readonly filter: string;
  /** The allowed ports of the host's loopback. */
  readonly hostPorts: readonly number[];
};

const fileIn = (directory: string) => `${directory}/network.json`;

export const writeRules = (directory: string, rules: Rules): void =>
  writePrivate(fileIn(directory), JSON.stringify(rules));

/** The current rules. The file is checked for each request, so a change takes effect at once. */
export class CurrentRules {
  readonly #file: string;
  #stamp = "";
  #rules: Rules = { filter: "", hostPorts: [] };
  #filter: RegExp | undefined;

  constructor(directory: string) {
    this.#file = fileIn(directory);
  }

  get now(): Rules {
    const { ino, mtimeMs, size } = statSync(this.#file);
    const stamp = `${ino} ${mtimeMs} ${size}`;
    if (stamp !== this.#stamp) {
      this.#rules = JSON.parse(readFileSync(this.#file, "utf8")) as Rules;
      this.#filter = new RegExp(this.#rules.filter.replaceAll("\n", "|"), "i");
      this.#stamp = stamp;
    }
    return this.#rules;
  }

  /** If the rules cannot be read, nothing is allowed. */
  allows(host: string, port: number): boolean {
    try {
      void this.now;
      return this.#filter?.test(`${host}:${port}`) ?? false;
    } catch {
      return false;
    }
  }
}
