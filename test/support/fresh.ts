import { chownSync, existsSync, mkdirSync } from "node:fs";
import { basename } from "node:path";
import { testCache } from "./cache.ts";
import { claudeInstallation, realClaude } from "./claude/claude.ts";
import { baseImage, Podman, whyNoPodman } from "./podman.ts";
import { Screen } from "./screen.ts";

const root = `${import.meta.dir}/../..`;
/** README's own four programs; and those with which the test suite does more. */
const images = {
  bare: "localhost/claude-bottle/fresh:1",
  furnished: "localhost/claude-bottle/fresh-furnished:1",
} as const;
/** Where the clone is in the machine; its user has put it there. */
const clone = "clone";

/** Why there is no such machine here, in one line. */
export const whyNoFresh = whyNoPodman;

export type FreshUser = "root" | "ann";

/**
 * A fresh Debian 12 with node, npm, git and curl: a container with podman's defaults, so without CAP_SYS_ADMIN, with parts of /proc hidden,
 * and without /dev/kvm. A clone of this checkout is in its user's home.
 */
export class FreshMachine implements AsyncDisposable {
  readonly #podman: Podman;
  readonly #name = `claude-bottle-fresh-${process.pid}-${crypto.randomUUID().slice(0, 8)}`;
  readonly #user: FreshUser;

  private constructor(podman: Podman, user: FreshUser) {
    this.#podman = podman;
    this.#user = user;
  }

  static async up(user: FreshUser, furniture: keyof typeof images = "bare"): Promise<FreshMachine> {
    const podman = await Podman.up();
    const make = ["flock", `${testCache}/fresh.lock`, "sh", "-euc", makeImage, "sh"];
    await podman.expectOk([...make, baseImage, images.bare, "nodejs npm git curl"]);
    if (furniture === "furnished") await podman.expectOk([...make, images.bare, images.furnished, "bubblewrap tmux"]);
    const machine = new FreshMachine(podman, user);
    await machine.#start(images[furniture]);
    return machine;
  }

  async #start(image: string): Promise<void> {
    await realClaude();
    // npm's cache outlives the machine. Each user has one: npm leaves files there that others may not replace.
    const cache = `${testCache}/npm-${this.#user}`;
    mkdirSync(cache, { recursive: true });
    if (this.#user !== "root") chownSync(cache, 1000, 1000);
    const source = `${this.#podman.directory}/source.tar`;
    const names = "git ls-files -z --cached --others --exclude-standard | tar --null --ignore-failed-read -T - -cf";
    await this.#podman.expectOk(["sh", "-euc", `cd "$1" && ${names} "$2"`, "sh", root, source]);
    const mounts = [`${cache}:/npm`, `${source}:/source.tar:ro`, `${process.execPath}:/opt/bun:ro`, `${import.meta.dir}/claude:/opt/api:ro`, `${claudeInstallation}:/cache/${basename(claudeInstallation)}:ro`]; // prettier-ignore
    const volumes = mounts.flatMap((mount) => ["-v", mount]);
    await this.#podman.expectOk(["env", "-u", "DOCKER_CONFIG", "podman", "run", "-d", "--name", this.#name, ...volumes, image, "bash", "-c", "while sleep 1000; do :; done"]); // prettier-ignore
    await this.sh(`mkdir ~/${clone} && tar -C ~/${clone} -xf /source.tar`);
  }

  #argv(options: readonly string[], script: string): string[] {
    const home = this.#user === "root" ? "/root" : `/home/${this.#user}`;
    const env = { HOME: home, USER: this.#user, TERM: "xterm-256color", npm_config_cache: "/npm", CLAUDE_BOTTLE_TEST_CACHE: "/cache", NODE_EXTRA_CA_CERTS: "/etc/ssl/certs/ca-certificates.crt" }; // prettier-ignore
    const variables = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    return ["podman", "exec", ...options, ...variables, "-u", this.#user, "-w", home, this.#name, "bash", "-c", `[ ! -d ${clone} ] || cd ${clone}; ${script}`]; // prettier-ignore
  }

  /** A script of bash in the clone; its whole output. */
  async sh(script: string): Promise<{ output: string; code: number }> {
    const child = Bun.spawn(this.#argv([], `exec 2>&1; ${script}`), {
      env: { ...process.env, ...this.#podman.env },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
    });
    return { output: await new Response(child.stdout).text(), code: await child.exited };
  }

  /** The same on a terminal. */
  terminal(script: string): Screen {
    const env = { ...process.env, ...this.#podman.env } as Record<string, string>;
    return new Screen(this.#argv(["-it"], script), { cwd: root, env, columns: 100, rows: 30 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#podman.expectOk(["podman", "rm", "-f", "-t", "0", this.#name]);
    await this.#podman[Symbol.asyncDispose]();
  }
}

/** Once on a machine. It keeps no lists of packages, as slim images do. */
const makeImage = `
podman image exists "$2" && exit
# Podman.up() names a docker configuration for clients of its service, and podman run reads it.
unset DOCKER_CONFIG
made=$(podman run -d "$1" sleep infinity)
trap 'podman rm -f -t 0 "$made" >/dev/null' EXIT
# This machine may know certificates that only its own bundle holds.
podman cp /etc/ssl/certs/ca-certificates.crt "$made":/etc/ssl/certs/ca-certificates.crt
podman exec -e DEBIAN_FRONTEND=noninteractive "$made" sh -euc 'apt-get update -qq
apt-get install -qy --no-install-recommends $1 >/dev/null 2>&1
apt-get clean
rm -rf /var/lib/apt/lists/*
id ann >/dev/null 2>&1 || useradd -m -s /bin/bash ann' sh "$3"
podman commit -q "$made" "$2"
`;
