import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { baseImage, type Podman, whyNoDocker } from "./podman.ts";
import { until } from "./tool.ts";

/** Why docker's own engine cannot be run here, in one line; undefined where it can. */
export const whyNoDockerd = (): string | undefined =>
  whyNoDocker() ?? (Bun.which("dockerd") ? undefined : "docker's engine is not installed");

/** docker's own engine with nothing in common with the machine's, without a network of its own. */
export class Dockerd implements AsyncDisposable {
  readonly #directory = mkdtempSync(`${tmpdir()}/bottle-dockerd-`);
  readonly #engine: Bun.Subprocess;
  readonly env: Readonly<Record<string, string>>;

  private constructor() {
    const socket = `unix://${this.#directory}/docker.sock`;
    const roots = ["--data-root", `${this.#directory}/data`, "--exec-root", `${this.#directory}/exec`];
    const own = [
      "--host",
      socket,
      "--pidfile",
      `${this.#directory}/pid`,
      "--bridge",
      "none",
      "--iptables=false",
      "--ip-forward=false",
    ];
    const options = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
    this.#engine = Bun.spawn(["dockerd", ...roots, ...own], options);
    this.env = { DOCKER_HOST: socket, DOCKER_CONFIG: `${this.#directory}/config` };
  }

  /** With the base image of the tests, from podman's store. */
  static async up(podman: Podman): Promise<Dockerd> {
    const dockerd = new Dockerd();
    await until(() => existsSync(`${dockerd.#directory}/docker.sock`), () => "docker's engine", 60_000); // prettier-ignore
    const load = `podman save ${baseImage} | DOCKER_HOST=${dockerd.env.DOCKER_HOST} docker load`;
    await podman.expectOk(["sh", "-euc", load]);
    return dockerd;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#engine.kill();
    await this.#engine.exited;
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
