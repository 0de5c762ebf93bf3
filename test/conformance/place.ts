import { chmodSync, chownSync, symlinkSync } from "node:fs";
import { whyNoBubblewrap } from "../support/bubblewrap.ts";
import { whyNoLandlock } from "../support/landlock.ts";
import { placeBinary } from "../support/binary.ts";
import { baseImage, Podman, whyNoDocker, whyNoPodman } from "../support/podman.ts";
import { Dockerd, whyNoDockerd } from "../support/dockerd.ts";
import { RootlessPodman, whyNoRootlessPodman } from "../support/rootless.ts";
import { Cluster, whyNoKube } from "../support/kube.ts";
import { Screen } from "../support/screen.ts";
import { Home } from "../support/tool.ts";

export type Outcome = { stdout: string; stderr: string; code: number };

/** A machine with one backend, in one project of its user; `claude-bottle` is on its PATH. */
export interface Place extends AsyncDisposable {
  /** What a bottle holds in place of a credential, where the backend puts the value in on the wire. */
  readonly credential?: string;
  /** A script of bash in the project, on the host's side. */
  sh(script: string, stdin?: string): Promise<Outcome>;
  /** The same on a terminal; undefined where a test can have none. */
  readonly terminal: ((script: string, size?: { columns: number; rows: number }) => Screen) | undefined;
}

export type PlaceKind = {
  readonly name: string;
  readonly whyNot: string | undefined;
  /** The project in the bottle is a copy. */
  readonly copies?: true;
  /** What is started once for all places of the kind. */
  up(): Promise<(settings: string) => Promise<Place>>;
};

const ordinary = 12345;

type SandboxUser = "root" | "an ordinary user";

/** One of the sandboxes that share this machine's kernel and files. */
const sandbox = (backend: string, user: SandboxUser, whyNot: string | undefined): PlaceKind => {
  const isRoot = process.getuid?.() === 0;
  return {
    name: `${backend} as ${user}`,
    whyNot:
      process.platform !== "linux"
        ? "it needs Linux"
        : isRoot !== (user === "root") && !(isRoot && Bun.which("setpriv"))
          ? `the tests run as ${isRoot ? "root, without setpriv" : "an ordinary user"}`
          : isRoot && user !== "root" && process.env.CLAUDE_BOTTLE_TESTS === "container"
            ? "left to the run as that user"
            : whyNot,
    up: async () => async (settings) =>
      local(`[bottle]\nbackend = "${backend}"\n[network]\nmode = "open"\n${settings}`, {
        uid: isRoot && user !== "root" ? ordinary : undefined,
      }),
  };
};

const container = (
  program: "podman" | "docker",
  whyNot: string | undefined,
  where: "here" | "on another machine" = "here",
): PlaceKind => ({
  name: where === "here" ? program : `${program} ${where}`,
  whyNot,
  ...(where !== "here" && { copies: true }),
  async up() {
    const podman = await Podman.up();
    if (program === "docker") await podman.serve();
    const env = where === "here" ? podman.env : await podman.serveElsewhere();
    stops.push(() => podman[Symbol.asyncDispose]());
    return async (settings) =>
      local(`[bottle]\nbackend = "${program}"\nimage = "${baseImage}"\n[network]\nmode = "off"\n${settings}`, {
        env,
      });
  },
});

const dockerEngine: PlaceKind = {
  name: "docker's own engine",
  whyNot: whyNoDockerd(),
  async up() {
    const podman = await Podman.up();
    stops.push(() => podman[Symbol.asyncDispose]());
    const dockerd = await Dockerd.up(podman);
    stops.push(() => dockerd[Symbol.asyncDispose]());
    return async (settings) =>
      local(`[bottle]\nbackend = "docker"\nimage = "${baseImage}"\n[network]\nmode = "off"\n${settings}`, {
        env: dockerd.env,
      });
  },
};

const rootless: PlaceKind = {
  name: "podman as an ordinary user",
  whyNot: whyNoRootlessPodman(),
  async up() {
    const podman = await Podman.up();
    stops.push(() => podman[Symbol.asyncDispose]());
    const own = await RootlessPodman.up(podman);
    stops.push(() => own[Symbol.asyncDispose]());
    const { env, uid } = own;
    return async (settings) =>
      local(`[bottle]\nbackend = "podman"\nimage = "${baseImage}"\n[network]\nmode = "off"\n${settings}`, { env, uid });
  },
};

const kubernetes: PlaceKind = {
  name: "kubernetes",
  whyNot: whyNoKube(),
  copies: true,
  async up() {
    const cluster = await Cluster.up();
    chmodSync(cluster.directory, 0o755);
    chmodSync(cluster.kubeconfig, 0o644);
    stops.push(() => cluster[Symbol.asyncDispose]());
    return async (settings) =>
      local(`[bottle]\nbackend = "kubernetes"\nimage = "${baseImage}"\n[network]\nmode = "open"\n${settings}`, {
        env: { KUBECONFIG: cluster.kubeconfig },
        uid: ordinary,
        programs: { kubectl: cluster.kubectl },
      });
  },
};

const stops: (() => PromiseLike<void>)[] = [];
export const downAll = async () => {
  for (const stop of stops.splice(0)) await stop();
};

export const kinds: readonly PlaceKind[] = [
  sandbox("bubblewrap", "root", whyNoBubblewrap),
  sandbox("bubblewrap", "an ordinary user", whyNoBubblewrap),
  sandbox("landlock", "root", whyNoLandlock),
  sandbox("landlock", "an ordinary user", whyNoLandlock),
  container("podman", whyNoPodman()),
  rootless,
  container("docker", whyNoDocker()),
  container("docker", whyNoDocker(), "on another machine"),
  dockerEngine,
  kubernetes,
];

type Options = {
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number | undefined;
  /** By their names, on its PATH. */
  readonly programs?: Readonly<Record<string, string>>;
};

async function local(settings: string, { env = {}, uid, programs = {} }: Options): Promise<Place> {
  const home = new Home();
  for (const [name, path] of Object.entries(programs)) symlinkSync(path, `${home.bin}/${name}`);
  home.settings(settings);
  home.manifest("");
  await placeBinary(`${home.bin}/claude-bottle`);
  const all: Record<string, string> = { ...home.env, ...env };
  delete all.XDG_STATE_HOME;
  if (uid !== undefined) {
    chmodSync(home.directory, 0o755);
    Bun.spawnSync(["chown", "-R", `${uid}:${uid}`, `${home.directory}/home`]);
    chownSync(home.directory, uid, uid);
  }
  const as = uid === undefined ? [] : ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups"];
  const words = (script: string) => [...as, "bash", "-c", script];
  const sh = async (script: string, stdin = "") => {
    const child = Bun.spawn(words(script), { cwd: home.project, env: all, stdin: Buffer.from(stdin), stdout: "pipe", stderr: "pipe" }); // prettier-ignore
    const [stdout, stderr, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    return { stdout: home.plain(stdout), stderr: home.plain(stderr), code };
  };
  return {
    sh,
    terminal: (script, size) => new Screen(words(script), { cwd: home.project, env: all, ...size }),
    async [Symbol.asyncDispose]() {
      await sh("claude-bottle rm --force");
      home[Symbol.dispose]();
    },
  };
}
