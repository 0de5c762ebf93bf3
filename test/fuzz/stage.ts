import { closeSync, constants, lstatSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs"; // prettier-ignore
import { tmpdir } from "node:os";
import { basename, dirname } from "node:path";
import type { Random } from "./random.ts";

export const secret = "TOPSECRET";

/** A directory that a bottle writes to, and one beside it that it must not reach. */
export class Stage implements Disposable {
  readonly directory = realpathSync(mkdtempSync(`${tmpdir()}/bottle-fuzz-`));
  readonly inside = `${this.directory}/inside`;
  readonly outside = `${this.directory}/outside`;
  readonly #before: string;

  constructor() {
    mkdirSync(this.inside);
    mkdirSync(`${this.outside}/d/e`, { recursive: true });
    for (const name of ["a", "x", "d/a", "d/e/a"]) writeFileSync(`${this.outside}/${name}`, secret, { mode: 0o640 });
    this.#before = this.#picture(this.outside);
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Throws where anything outside is not as it was. */
  assertUntouched(): void {
    const now = this.#picture(this.outside);
    if (now !== this.#before) throw new Error(`outside was written to:\n${this.#before}\nbecame\n${now}`);
    const beside = readdirSync(this.directory).sort().join(" ");
    if (beside !== "inside outside") throw new Error(`something was made beside both: ${beside}`);
  }

  #picture(path: string): string {
    const stat = lstatSync(path);
    const own = `${path} ${stat.mode.toString(8)} ${stat.nlink} ${stat.mtimeMs}`;
    if (stat.isSymbolicLink()) return `${own} -> ${readlinkSync(path)}`;
    if (stat.isDirectory()) return [own, ...readdirSync(path).sort().map((name) => this.#picture(`${path}/${name}`))].join("\n"); // prettier-ignore
    return `${own} ${stat.isFile() ? readFileSync(path, "utf8") : ""}`;
  }

  /** Few names, so that they meet. */
  name(random: Random): string {
    return Array.from({ length: 1 + random.below(3) }, () => random.of(["a", "d", "e", "x"])).join("/");
  }

  target(random: Random): string {
    return random.of([this.outside, `${this.outside}/a`, "../outside", "../../outside/d", "../outside/a", ".", "..", "/", "a", "d", this.inside, "../../../../../../etc", "/proc/self/root"]); // prettier-ignore
  }

  /** One thing that a bottle could do in its directory: it cannot follow a link out of it, so neither do we. */
  disturb(random: Random): void {
    const path = `${this.inside}/${this.name(random)}`;
    let parent: number | undefined;
    try {
      parent = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
      if (!`${realpathSync(`/proc/self/fd/${parent}`)}/`.startsWith(`${this.inside}/`)) return;
      this.#act(random, `/proc/self/fd/${parent}/${basename(path)}`);
    } catch {
      // Something else is there, or in the way.
    } finally {
      if (parent !== undefined) closeSync(parent);
    }
  }

  #act(random: Random, path: string): void {
    const act = random.below(5);
    if (act === 0) mkdirSync(path);
    else if (act === 1) writeFileSync(path, random.bytes(random.below(2000)), { flag: "wx" });
    else if (act === 2) symlinkSync(this.target(random), path);
    else if (act === 3) Bun.spawnSync(["mkfifo", path.replace("/proc/self/", `/proc/${process.pid}/`)]);
    else if (lstatSync(path).isDirectory()) rmdirSync(path);
    else unlinkSync(path);
  }
}
