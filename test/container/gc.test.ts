// gc on an engine that nobody else uses, with an image of nothing but busybox. About 15 s.
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, rmSync } from "node:fs";
import { busyboxRoot, whyNoBusybox } from "../support/busybox.ts";
import { Podman, whyNoDocker, whyNoPodman } from "../support/podman.ts";
import { Home } from "../support/tool.ts";

const minute = 60_000;
const reasons = { podman: whyNoPodman() ?? whyNoBusybox(), docker: whyNoDocker() ?? whyNoBusybox() };
const podman = reasons.podman === undefined ? Podman.alone() : undefined;
afterAll(async () => await podman?.[Symbol.asyncDispose]());

test.each(["podman", "docker"] as const)(
  "%s: gc finds what belongs to no bottle, and takes that alone",
  async (program) => {
    const reason = reasons[program];
    if (reason !== undefined || !podman) return console.log(`gc on ${program} skipped: ${reason}`);
    if (program === "docker") await podman.serve();
    using home = new Home();
    const env = { ...podman.env, PATH: `${home.env.PATH}:/usr/sbin:/sbin` };
    const run = (...words: string[]) => home.run(words, { env });
    const root = busyboxRoot(`${home.directory}/root`);
    home.settings(`[bottle]\nbackend = "${program}"\nimage = "${root}"\n[network]\nmode = "off"\n`);
    home.manifest("");
    const nothing = { stdout: "", stderr: "claude-bottle: there is nothing to remove\n", code: 0 };
    expect(await run("exec", "--", "true")).toMatchObject({ stdout: "", code: 0 });
    expect(await run("gc", "--yes")).toEqual(nothing);

    const image = (await podman.expectOk(["podman", "images", "--format", "{{.Repository}}:{{.Tag}}"])).trim();
    const gone = "cb-gone-0123456789";
    const part = (name: string, uid: string) =>
      podman.expectOk(["podman", "create", "--name", name, "--label", `claude-bottle.of=${gone}`, "--label", `claude-bottle.uid=${uid}`, image, "true"]); // prettier-ignore
    await part(`${gone}-proxy`, String(process.getuid?.()));
    await part("of-somebody-else", "4711");
    await podman.expectOk(["podman", "volume", "create", `${gone}-network`]);
    await podman.expectOk(["podman", "volume", "create", "not-ours-network"]);
    const other = "localhost/claude-bottle/template:unused";
    Bun.write(`${home.directory}/build/Dockerfile`, `FROM ${image}\nCMD unused\n`);
    await podman.expectOk(["podman", "build", "-q", "-t", other, `${home.directory}/build`]);

    const shown = await run("gc");
    const rows = shown.stdout.trimEnd().split("\n").slice(1).map((line) => line.split(/ {2,}/)); // prettier-ignore
    expect(rows.map(([kind, name, why]) => [kind, name, why?.replace(/\(.*\)/, "(SIZE)")])).toEqual([
      ["container", `${gone.replace(gone, "cb-BOTTLE")}-proxy`, "its bottle cb-BOTTLE is gone"],
      ["volume", "cb-BOTTLE-network", "its bottle cb-BOTTLE is gone"],
      ["image", other, "no bottle is made from it (SIZE)"],
    ]);
    expect(await run("gc", "--yes")).toEqual({ ...shown, stderr: "" });
    expect(await run("gc")).toEqual(nothing);
    expect((await run("exec", "--", "true")).code).toBe(0);
    const names = await podman.expectOk(["podman", "ps", "-a", "--format", "{{.Names}}"]);
    expect(names.split("\n").filter((name) => name === "of-somebody-else")).toHaveLength(1);
    expect(await podman.expectOk(["podman", "volume", "ls", "-q"])).toBe("not-ours-network\n");

    await podman.expectOk(["podman", "rm", "-f", "of-somebody-else"]);
    await podman.expectOk(["podman", "volume", "rm", "not-ours-network"]);
    rmSync(home.project, { recursive: true });
    mkdirSync(`${home.directory}/home/elsewhere`);
    const last = await home.run(["gc", "--yes"], { env, cwd: `${home.directory}/home/elsewhere` });
    expect(last.stdout).toContain("its directory ~/home/project is gone");
    const images = await home.run(["gc", "--yes"], { env, cwd: `${home.directory}/home/elsewhere` });
    expect(images.stdout).toContain("no bottle is made from it");
    for (const list of [["images"], ["ps", "-a"], ["volume", "ls"]])
      expect(await podman.expectOk(["podman", ...list, "-q"])).toBe("");
  },
  3 * minute,
);
