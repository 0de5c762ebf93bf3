import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { baseImage, type Podman, whyNoPodman } from "./podman.ts";

const user = "claude-bottle-test";

/** Why podman cannot be run here without root, in one line; undefined where it can. */
export function whyNoRootlessPodman(): string | undefined {
  const missing = ["newuidmap", "setpriv", "useradd"].find((program) => !Bun.which(program));
  return whyNoPodman() ?? (missing && `podman without root needs ${missing}`);
}

/** podman of an ordinary user of this machine, who is gone afterwards; with a store and a configuration of its own. */
export class RootlessPodman implements AsyncDisposable {
  readonly #directory = mkdtempSync(`${tmpdir()}/bottle-rootless-`);
  readonly env: Readonly<Record<string, string>>;
  readonly uid: number;

  private constructor(uid: number) {
    this.uid = uid;
    const configuration =
      '[containers]\ndefault_ulimits = ["nofile=20000:20000", "nproc=4096:4096"]\n[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\n';
    const storage = `[storage]\ndriver = "overlay"\nrootless_storage_path = "${this.#directory}/store"\nrunroot = "${this.#directory}/run"\n`;
    writeFileSync(`${this.#directory}/containers.conf`, configuration);
    writeFileSync(`${this.#directory}/storage.conf`, storage);
    mkdirSync(`${this.#directory}/runtime`, { mode: 0o700 });
    for (const path of [this.#directory, `${this.#directory}/runtime`]) chownSync(path, uid, uid);
    this.env = {
      CONTAINERS_CONF: `${this.#directory}/containers.conf`,
      CONTAINERS_STORAGE_CONF: `${this.#directory}/storage.conf`,
      XDG_RUNTIME_DIR: `${this.#directory}/runtime`,
    };
  }

  /** With the base image of the tests, from root's store. */
  static async up(podman: Podman): Promise<RootlessPodman> {
    const ranges = `id ${user} 2>/dev/null || useradd --uid 12399 --user-group --no-create-home ${user}; grep -q '^${user}:' /etc/subuid || usermod --add-subuids 300000-365535 --add-subgids 300000-365535 ${user}`;
    await podman.expectOk(["sh", "-euc", ranges]);
    const rootless = new RootlessPodman(12399);
    const image = `${rootless.#directory}/image.tar`;
    await podman.expectOk(["podman", "save", "--quiet", "--output", image, baseImage]);
    chmodSync(image, 0o644);
    rootless.#podman("load", "--quiet", "--input", image);
    return rootless;
  }

  #podman(...words: string[]): void {
    const as = ["setpriv", `--reuid=${this.uid}`, `--regid=${this.uid}`, "--clear-groups"];
    const env = { PATH: process.env.PATH, HOME: this.#directory, ...this.env };
    const { exitCode, stderr } = Bun.spawnSync([...as, "podman", ...words], { env, cwd: "/" });
    if (exitCode !== 0) throw new Error(`podman ${words.join(" ")}: ${stderr}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Ends the process that holds the user's namespace, and removes what belongs to other users of it.
    this.#podman("system", "reset", "--force");
    Bun.spawnSync(["userdel", user]);
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
