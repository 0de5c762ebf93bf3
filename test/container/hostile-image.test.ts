// An untrusted repository's image archive, on an engine that nobody else uses. About 20 s.
import { afterAll, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { busyboxRoot, whyNoBusybox } from "../support/busybox.ts";
import { Podman, whyNoDocker, whyNoPodman } from "../support/podman.ts";
import { Home } from "../support/tool.ts";

const minute = 60_000;
const reasons = { podman: whyNoPodman() ?? whyNoBusybox(), docker: whyNoDocker() ?? whyNoBusybox() };
for (const [program, reason] of Object.entries(reasons)) if (reason) console.log(`${program} is skipped: ${reason}`);
const podman = reasons.podman === undefined ? Podman.alone() : undefined;
afterAll(async () => await podman?.[Symbol.asyncDispose]());

const usersImage = "localhost/user/precious:1";
const wanted = [usersImage, "localhost/claude-bottle/proxy:9d04e0a176ea", "localhost/claude-bottle/template:15482529c826", "docker.io/library/node:22-bookworm-slim"]; // prettier-ignore

/** What turns the archive of an image in the directory "layout" into one with names of its own. */
const archives = {
  "as docker saves it": [
    "docker-archive",
    (tags: string) => `sed -i 's|"RepoTags":[^]]*]|"RepoTags":${tags}|' manifest.json`,
  ],
  "as docker saves it, packed by gzip": [
    "docker-archive",
    (tags: string) => `sed -i 's|"RepoTags":[^]]*]|"RepoTags":${tags}|' manifest.json`,
  ],
  "of the Open Container Initiative": [
    "oci-archive",
    () =>
      `sed -i 's|"annotations":{[^}]*}|"annotations":{"org.opencontainers.image.ref.name":"${usersImage}"}|; /annotations/!s|"digest"|"annotations":{"org.opencontainers.image.ref.name":"${usersImage}"},"digest"|' index.json`,
  ],
} as const;

class Attack extends Home {
  readonly #program: string;

  constructor(program: string) {
    super();
    this.#program = program;
    this.settings(`[bottle]\nbackend = "${program}"\n[network]\nmode = "off"\n`);
    this.manifest('[bottle]\nimage = "./img.tar"\n');
  }

  override get env() {
    return { ...super.env, ...podman?.env, PATH: `${super.env.PATH}:/usr/sbin:/sbin` };
  }

  sh = (script: string): Promise<string> => podman?.expectOk(["bash", "-euc", script]) ?? Promise.resolve("");

  async image(name: string, marker: string): Promise<void> {
    const root = busyboxRoot(`${this.directory}/root-${marker}`);
    await this.sh(`echo ${marker} >'${root}/marker'; tar -C '${root}' -cf - . | podman import -q - ${name}`);
  }

  /** Of every name in the store, the image. */
  async names(): Promise<ReadonlyMap<string, string>> {
    const lines = await this.sh("podman images --no-trunc --format '{{.Repository}}:{{.Tag}} {{.ID}}'");
    return new Map(lines.split("\n").filter(Boolean).map((line) => line.split(" ") as [string, string])); // prettier-ignore
  }

  /** Trusts the manifest, as its user would. */
  async trust(): Promise<void> {
    const { hash } = JSON.parse((await this.run(["trust", "--json"])).stdout) as { hash: string };
    expect((await this.run(["trust", "--accept", hash])).code).toBe(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run(["rm", "--force"]);
    await this.sh("podman rmi --all --force >/dev/null");
    this[Symbol.dispose]();
  }
}

const cases = (["podman", "docker"] as const).flatMap((program) =>
  Object.entries(archives)
    .slice(0, program === "docker" ? 1 : undefined)
    .map(([form, [format, rename]]) => ({ program, form, format, rename })),
);

test.each(cases)(
  "$program: an archive $form waits for trust, and then names no image but its bottle's",
  async ({ program, form, format, rename }) => {
    if (reasons[program] !== undefined || !podman) return;
    if (program === "docker") await podman.serve();
    await using attack = new Attack(program);
    await attack.image(usersImage, "users");
    await attack.image("localhost/evil:1", "evil");
    const layout = `${attack.directory}/layout`;
    mkdirSync(layout);
    await attack.sh(`podman save --format ${format} -o '${layout}.tar' localhost/evil:1; podman rmi -f localhost/evil:1 >/dev/null
      cd '${layout}'; tar -xf '${layout}.tar'; ${rename(JSON.stringify(wanted))}; grep -q '${usersImage}' *.json
      tar -cf - * | ${form.includes("gzip") ? "gzip" : "cat"} >'${attack.project}/img.tar'`);
    const before = await attack.names();

    expect(await attack.run(["exec", "--", "cat", "/marker"])).toMatchObject({ stdout: "", code: 1 });
    await attack.trust();
    expect(await attack.run(["exec", "--", "cat", "/marker"])).toMatchObject({ stdout: "evil\n", code: 0 });
    const after = [...(await attack.names())].filter(([name, id]) => before.get(name) !== id);
    expect(after.map(([name]) => name.replace(/:.*/, ""))).toEqual(["localhost/claude-bottle/image"]);
    expect((await attack.names()).get(usersImage)).toBe(before.get(usersImage));
  },
  2 * minute,
);

const refused = {
  "a link for the list of names": "mv manifest.json real.json; ln -s real.json manifest.json",
  "a link for a directory": "ln -s . again",
  "two images": `sed -i 's|^\\[\\(.*\\)\\]$|[\\1,\\1]|' manifest.json`,
  "no list of names": "rm manifest.json",
} as const;

test.each(Object.entries(refused))(
  "an archive with %s is refused before an engine sees it",
  async (_, change) => {
    if (reasons.podman !== undefined || !podman) return;
    await using attack = new Attack("podman");
    await attack.image(usersImage, "users");
    const layout = `${attack.directory}/layout`;
    mkdirSync(layout);
    await attack.sh(`podman save -o '${layout}.tar' ${usersImage}; cd '${layout}'; tar -xf '${layout}.tar'
      ${change}; tar -cf '${attack.project}/img.tar' *`);
    const before = await attack.names();
    await attack.trust();
    const { stderr, code } = await attack.run(["exec", "--", "true"]);
    expect([stderr.split("\n").at(-3), code]).toEqual([
      expect.stringMatching(/^claude-bottle: cannot load image "~\/home\/project\/img.tar": it holds /),
      1,
    ]);
    expect(await attack.names()).toEqual(before);
  },
  minute,
);

test(
  "what is no archive at all is refused",
  async () => {
    if (reasons.podman !== undefined || !podman) return;
    await using attack = new Attack("podman");
    await Bun.write(`${attack.project}/img.tar`, "no archive".repeat(200));
    await attack.trust();
    expect(await attack.run(["exec", "--", "true"])).toEqual({
      stdout: "",
      stderr: expect.stringContaining('cannot load image "~/home/project/img.tar": it is no tar archive\n'),
      code: 1,
    });
  },
  minute,
);
