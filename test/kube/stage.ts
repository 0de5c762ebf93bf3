import { afterAll, beforeAll, test } from "bun:test";
import { rmSync, symlinkSync } from "node:fs";
import { Cluster, type ClusterOptions, whyNoKube } from "../support/kube.ts";
import { baseImage } from "../support/podman.ts";
import { Home, type RunOptions } from "../support/tool.ts";

export const minute = 60_000;
const whyNot = whyNoKube();
if (whyNot) console.log(`kubernetes is skipped: ${whyNot}`);

let cluster: Cluster | undefined;

/** The one of this file. */
export function theCluster(): Cluster {
  if (!cluster) throw new Error("a cluster is asked for before there is one");
  return cluster;
}

/** Before all tests of a file. The first one on a machine builds Kubernetes. */
export function useCluster(options: ClusterOptions & { readonly claude?: true } = {}): void {
  beforeAll(async () => {
    if (whyNot) return;
    cluster = await Cluster.up(options);
    if (options.claude) await cluster.loadClaude();
  }, 30 * minute);
  afterAll(async () => await cluster?.[Symbol.asyncDispose](), 3 * minute);
}

/** A project without a manifest, whose bottle is gone with it. */
export class Project extends Home implements AsyncDisposable {
  constructor(settings: string) {
    super();
    rmSync(`${this.project}/bottle.toml`);
    symlinkSync(theCluster().kubectl, `${this.bin}/kubectl`);
    const [bottle = "", ...tables] = settings.split(/^(?=\[)/m);
    this.settings(`[bottle]\nbackend = "kubernetes"\n${/^image/m.test(bottle) ? "" : `image = "${baseImage}"\n`}${bottle}\n${tables.join("")}`); // prettier-ignore
  }

  override get env(): Record<string, string> {
    return { ...super.env, KUBECONFIG: theCluster().kubeconfig };
  }

  /** The output of a line of sh in the bottle. */
  async sh(script: string, options: RunOptions = {}): Promise<string> {
    const { stdout, stderr, code } = await this.run(["exec", "--", "sh", "-c", script], options);
    if (code !== 0) throw new Error(`${script}\nended with ${code}:\n${stdout}${stderr}`);
    return stdout;
  }

  /** The name of its bottle, which is its pod's. */
  async bottle(): Promise<string> {
    const [found] = JSON.parse((await this.run(["ls", "--json"])).stdout);
    const all = await theCluster().kube("get", "pods", "-o", "jsonpath={range .items[*]}{.metadata.name} {.metadata.annotations}{'\\n'}{end}"); // prettier-ignore
    const line = all.split("\n").find((text) => text.includes(`${this.directory}/home/project`));
    return line?.split(" ")[0] ?? String(found?.name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run(["rm", "--force"]);
    this[Symbol.dispose]();
  }
}

/** A test on a real cluster, skipped where there can be none. `settings`: of the bottle, then further tables. */
export function onCluster(
  title: string,
  settings: string,
  work: (project: Project) => Promise<void>,
  limitMs = 2 * minute,
): void {
  test.skipIf(whyNot !== undefined)(
    title,
    async () => {
      await using project = new Project(settings);
      await work(project);
    },
    limitMs,
  );
}
