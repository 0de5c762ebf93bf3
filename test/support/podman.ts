import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { until } from "./tool.ts";

/** Kept between runs, and of the tests alone: what the user's own podman holds is not touched. */
const cache = "/var/cache/claude-bottle/podman";

/** A small image that is always there. */
export const baseImage = "docker.io/library/debian:12-slim";
/** What templates are built from. */
const nodeImage = "docker.io/library/node:22-bookworm-slim";

/** Why no container can be run here, in one line; undefined where it can. */
export function whyNoPodman(): string | undefined {
  if (process.platform !== "linux") return "the container tests need Linux";
  if (process.getuid?.() !== 0) return "the container tests build their image with debootstrap, as root";
  const missing = ["podman", "runc", "debootstrap", "flock"].find((program) => !Bun.which(program));
  return missing && `the container tests need ${missing}`;
}

/** As above, for docker's command line, which speaks to podman's service. */
export const whyNoDocker = (): string | undefined =>
  whyNoPodman() ?? (Bun.which("docker") ? undefined : "docker's command line is not installed");

/** A podman with a store and a configuration of its own, and its docker-compatible service. */
export class Podman implements AsyncDisposable {
  readonly directory = mkdtempSync(`${tmpdir()}/bottle-podman-`);
  /** For whatever runs podman, or docker as its client. */
  readonly env: Readonly<Record<string, string>>;
  readonly #services: Bun.Subprocess[] = [];

  private constructor(store: "shared" | "own") {
    mkdirSync(cache, { recursive: true });
    const [graph, run] =
      store === "shared"
        ? [`${cache}/store`, "/run/claude-bottle-test"]
        : [`${this.directory}/store`, `${this.directory}/run`];
    // Debian's crun refuses a hybrid cgroup tree, and the default limits may be above the hard ones.
    const configuration =
      '[containers]\ndefault_ulimits = ["nofile=20000:20000", "nproc=4096:4096"]\n[engine]\nruntime = "runc"\n';
    const storage = `[storage]\ndriver = "overlay"\ngraphroot = "${graph}"\nrunroot = "${run}"\n`;
    writeFileSync(`${this.directory}/containers.conf`, configuration);
    writeFileSync(`${this.directory}/storage.conf`, storage);
    this.env = {
      CONTAINERS_CONF: `${this.directory}/containers.conf`,
      CONTAINERS_STORAGE_CONF: `${this.directory}/storage.conf`,
      DOCKER_HOST: `unix://${this.directory}/podman.sock`,
      DOCKER_CONFIG: `${this.directory}/docker`,
    };
  }

  /** With the base image in its store; the first run on a machine makes it. */
  static async up(): Promise<Podman> {
    const podman = new Podman("shared");
    await podman.expectOk(["flock", `${cache}/lock`, "sh", "-euc", makeBase, "sh", cache, baseImage, nodeImage]);
    return podman;
  }

  /** With an empty store that nobody else sees, for a test that removes what it finds there. */
  static alone(): Podman {
    return new Podman("own");
  }

  /** The service that docker's command line speaks to. */
  async serve(): Promise<void> {
    await this.#start(`${this.directory}/podman.sock`, (argv) => argv);
  }

  /**
   * The environment of an engine on what is another machine as far as files go: a service that sees nothing of the tests' directories, with
   * containers of its own.
   */
  async serveElsewhere(): Promise<Readonly<Record<string, string>>> {
    const socket = `${this.directory}/elsewhere.sock`;
    const storage = `[storage]\ndriver = "overlay"\ngraphroot = "${cache}/elsewhere"\nrunroot = "/run/claude-bottle-elsewhere"\n[storage.options]\nadditionalimagestores = ["${cache}/store"]\n`;
    writeFileSync(`${this.directory}/elsewhere.conf`, storage);
    await this.#start(
      socket,
      (argv) => ["unshare", "--mount", "sh", "-euc", hideTests, "sh", this.directory, tmpdir(), ...argv],
      { CONTAINERS_STORAGE_CONF: `${this.directory}/elsewhere.conf` },
    );
    return { ...this.env, DOCKER_HOST: `unix://${socket}`, CONTAINER_HOST: `unix://${socket}` };
  }

  async #start(socket: string, around: (argv: string[]) => string[], env: Record<string, string> = {}): Promise<void> {
    if (existsSync(socket)) return;
    const argv = around(["podman", "system", "service", "--time", "0", `unix://${socket}`]);
    const options = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
    this.#services.push(Bun.spawn(argv, { env: { ...process.env, ...this.env, ...env }, ...options }));
    await until(
      () => existsSync(socket),
      () => "podman's service",
    );
  }

  async expectOk(argv: readonly string[]): Promise<string> {
    const child = Bun.spawn([...argv], {
      env: { ...process.env, ...this.env },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const [stdout, stderr, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const service of this.#services) {
      service.kill();
      await service.exited;
    }
    if (existsSync(`${this.directory}/store`)) await this.expectOk(["podman", "system", "reset", "--force"]);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Our own directory stays where it is, and the rest of the directory for temporary files goes. */
const hideTests = `
directory=$1 temporary=$2
shift 2
mount --bind "$directory" /mnt
mount -t tmpfs none "$temporary"
mkdir -p "$directory"
mount --move /mnt "$directory"
exec "$@"`;

/**
 * The two bases, made from Debian's packages and this machine's npm, under the names of the registry's own: no registry is
 * asked for what the store has. debootstrap's own log is long; its end is what went wrong.
 */
const makeBase = `
podman image exists "$2" && podman image exists "$3" && exit
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -1)
work=$(mktemp -d -p "$1")
trap 'rm -rf --one-file-system "$work"' EXIT
debootstrap --variant=minbase --include=ca-certificates bookworm "$work/root" "$mirror" >"$work/log" 2>&1 || { tail -5 "$work/log" >&2; exit 1; }
rm -rf "$work/root/var/cache/apt" "$work/root/var/lib/apt/lists"
mkdir -p "$work/root/var/cache/apt/archives/partial" "$work/root/var/lib/apt/lists/partial"
tar -C "$work/root" -cf - . | podman import - "$2"
npm=$(realpath "$(npm root --global)/npm")
cp "$(realpath "$(command -v node)")" "$work/root/usr/local/bin/node"
mkdir -p "$work/root/usr/local/lib/node_modules"
cp -a "$npm" "$work/root/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$work/root/usr/local/bin/npm"
chroot "$work/root" npm --version >/dev/null || rm -rf "$work/root/usr/local/bin/npm"
# This machine may know certificates that only its own bundle holds.
cp /etc/ssl/certs/ca-certificates.crt "$work/root/usr/local/share/host-certificates.crt"
mkdir -p "$work/root/usr/local/etc"
echo cafile=/usr/local/share/host-certificates.crt >"$work/root/usr/local/etc/npmrc"
tar -C "$work/root" -cf - . | podman import - "$3"
`;
