import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { claudeCode } from "../../src/guest/claude-code.ts";
import { testCache } from "./cache.ts";
import { realClaude } from "./claude/claude.ts";
import { baseImage, Podman, whyNoPodman } from "./podman.ts";

const kubehost = `${import.meta.dir}/../kube/host/kubehost`;
const cache = `${testCache}/kube`;
export const claudeImage = "localhost/claude:1";

const env = { ...process.env, KUBEHOST_CACHE: cache };

/** Why no cluster can be run here, in one line; undefined where it can. */
export function whyNoKube(): string | undefined {
  if (process.env.CLAUDE_BOTTLE_KUBE === "0") return "CLAUDE_BOTTLE_KUBE is 0";
  const reason = whyNoPodman();
  if (reason) return reason;
  const missing = ["python3", "unshare", "nsenter", "ip", "iptables", "openssl"].find((program) => !Bun.which(program));
  if (missing) return `the cluster needs ${missing}`;
  if (!existsSync("/usr/lib/cni/bridge")) return "the cluster needs the package containernetworking-plugins";
  const isBuilt = Bun.spawnSync([kubehost, "built"], { env }).exitCode === 0;
  return isBuilt || Bun.which("go") ? undefined : "Kubernetes is built from Go modules once, and go is not installed";
}

/** Builds what is not built yet, when nothing else runs. */
export const buildKube = (): Bun.Subprocess =>
  Bun.spawn(["nice", "-n", "19", kubehost, "build"], { env, stdin: "ignore", stdout: "ignore", stderr: "ignore" });

export type ClusterOptions = { readonly nodes?: number; readonly policies?: boolean };

/** A real Kubernetes with nothing in common with any other, and the base image on its nodes. */
export class Cluster implements AsyncDisposable {
  readonly directory = mkdtempSync(`${tmpdir()}/bottle-kube-`);
  readonly kubeconfig = `${this.directory}/kubeconfig`;
  #programs = "";

  /** The first run on a machine builds it, in 8 to 15 minutes. */
  static async up({ nodes = 1, policies = false }: ClusterOptions = {}): Promise<Cluster> {
    const cluster = new Cluster();
    try {
      const kind = policies ? ["--policies"] : [];
      cluster.#programs = (await cluster.host("build", ...kind)).trim();
      await cluster.host("up", cluster.directory, "--nodes", String(nodes), ...kind);
      await cluster.#load(baseImage, await baseRoot());
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  get kubectl(): string {
    return `${this.#programs.split(":")[0]}/kubectl`;
  }

  /** Puts the image with the real Claude Code on every node. */
  async loadClaude(): Promise<void> {
    await this.#load(claudeImage, await claudeRoot());
  }

  #load(name: string, source: string): Promise<string> {
    return this.host("load", this.directory, name, source);
  }

  /** A command of kubehost. */
  async host(...words: string[]): Promise<string> {
    return await output([kubehost, ...words], env);
  }

  /** As the administrator. */
  kube(...words: string[]): Promise<string> {
    return output([this.kubectl, ...words], { ...process.env, KUBECONFIG: this.kubeconfig });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host("down", this.directory);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** The base image of the container tests as one tar file, from podman's store. */
const baseRoot = (): Promise<string> =>
  kept("base.tar", async (made) => {
    await using podman = await Podman.up();
    const id = (await podman.expectOk(["podman", "create", baseImage, "true"])).trim();
    await podman.expectOk(["podman", "export", "-o", made, id]);
    await podman.expectOk(["podman", "rm", id]);
  });

/** The same with the real Claude Code on its PATH. */
const claudeRoot = async (): Promise<string> => {
  const claude = await realClaude();
  const [base, { version }] = [await baseRoot(), claudeCode];
  return kept(`claude-${version}.tar`, async (made) => {
    await output(["cp", base, made], process.env);
    const place = ["--owner=0", "--group=0", "--transform=s,.*,usr/local/bin/claude,"];
    await output(["tar", "-rPf", made, ...place, claude], process.env);
  });
};

async function kept(name: string, make: (file: string) => Promise<void>): Promise<string> {
  const file = `${cache}/${name}`;
  if (existsSync(file)) return file;
  mkdirSync(cache, { recursive: true });
  await make(`${file}.${process.pid}`);
  renameSync(`${file}.${process.pid}`, file);
  return file;
}

async function output(argv: string[], all: Record<string, string | undefined>): Promise<string> {
  const child = Bun.spawn(argv, { env: all, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}
