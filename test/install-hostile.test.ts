// install.sh where somebody, or the machine, is against it; in every shell that people have for sh. About 30 s.
import { expect, test } from "bun:test";
import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { archiveName, hostTarget } from "../release/targets.ts";
import { install, ReleaseSite, script, shells } from "./support/release-site.ts";

const target = "~/my home/.local/bin/claude-bottle";
const program = (site: ReleaseSite) => `${site.home}/.local/bin/claude-bottle`;
const done = { stdout: `installed claude-bottle 1.2.3 as ${target}`, stderr: "", code: 0 };
const refused = (stderr: string) => ({ stdout: "", stderr: `install.sh: ${stderr}\n`, code: 1 });

/** In a namespace of its own, so that the mount goes with it. */
const withSmallDisk = (directory: string, kib: number, argv: readonly string[]) => [
  "unshare", "-m", "sh", "-c", 'mount -t tmpfs -o size="$1"k tmpfs "$2" && shift 2 && exec "$@"', "sh", String(kib), directory, ...argv,
]; // prettier-ignore
const noSmallDisk =
  Bun.which("unshare") && Bun.spawnSync(withSmallDisk("/mnt", 64, ["true"])).exitCode === 0
    ? undefined
    : "no file system can be mounted here";
if (noSmallDisk) console.log(`a full disk skipped: ${noSmallDisk}`);

type Case = readonly [what: string, run: (site: ReleaseSite, shell: readonly string[]) => Promise<void>];
const cases: readonly Case[] = [
  [
    "the modes are the same under any umask",
    async (site, shell) => {
      site.publish("1.2.3");
      for (const mask of ["077", "000"]) {
        expect(await site.run(["sh", "-c", `umask ${mask}; exec "$@"`, "sh", ...shell, install])).toEqual(done);
        for (const path of [".local", ".local/bin", ".local/bin/claude-bottle", ".local/lib/claude-bottle"])
          expect([path, statSync(`${site.home}/${path}`).mode & 0o777]).toEqual([path, 0o755]);
        await site.run([...shell, install, "--uninstall"]);
        expect(site.left).toEqual([]);
      }
    },
  ],
  [
    "several at once leave one whole installation",
    async (site, shell) => {
      site.publish("1.2.3");
      const outcomes = await Promise.all(Array.from({ length: 6 }, () => site.run([...shell, install])));
      expect(outcomes.map(({ stderr, code }) => [stderr, code])).toEqual(outcomes.map(() => ["", 0]));
      expect(readFileSync(program(site), "utf8")).toBe(script("1.2.3"));
      expect(readdirSync(`${site.home}/.local/bin`)).toEqual(["claude-bottle"]);
      expect(readdirSync(`${site.home}/.local/lib/claude-bottle`).filter((name) => name !== "previous")).toEqual(["receipt"]);
      expect((await site.run([...shell, install])).stdout).toContain("is already installed");
    },
  ],
  [
    "a disk that becomes full changes nothing",
    async (site, shell) => {
      if (noSmallDisk) return;
      const own = `${site.home}/.local`;
      site.publish("1.2.3", { program: `${script("1.2.3")}# ${"x".repeat(100_000)}\n` });
      mkdirSync(own);
      const look = 'out=$("$@" 2>&1); code=$?; echo "$code $(find "$HOME/.local" -type f | wc -l) $out"';
      const run = async (kib: number) =>
        (await site.run(withSmallDisk(own, kib, ["sh", "-c", look, "sh", ...shell, install]))).stdout;
      expect(await run(48)).toStartWith(`1 0 install.sh: "~/my home/.local/bin" cannot be written; nothing was changed`);
      expect(await run(1024)).toStartWith("0 2 installed claude-bottle 1.2.3");
    },
  ],
  [
    "out of a pipe, in a directory that would like to be built",
    async (site, shell) => {
      site.publish("1.2.3");
      writeFileSync(`${site.directory}/build.ts`, "");
      const piped = (...words: string[]) =>
        site.run(["sh", "-c", 'cat "$1" | { shift; exec "$@"; }', "sh", install, ...shell, ...(shell[0] === "busybox" ? [] : []), "-s", "--", ...words]);
      expect(await piped()).toEqual(done);
      expect(await piped("--version", "1.2.3")).toMatchObject({ code: 0 });
      expect(await piped("--from-source")).toEqual(refused("--from-source works in a clone: build.ts is not beside install.sh"));
    },
  ],
  [
    "a link, or dots, that lead to where nothing is installed",
    async (site, shell) => {
      site.publish("1.2.3");
      symlinkSync("/usr", `${site.directory}/link`);
      for (const place of [`${site.directory}/link`, "/usr/../usr", "/usr/."])
        expect(await site.run([...shell, install, "--prefix", place])).toEqual(
          refused(`"${place.replace(site.directory, "~")}" is "/usr", which is not a place to install to\n  sh install.sh --prefix ~/.local`),
        );
      // A bin directory that is a link is somebody's own.
      mkdirSync(`${site.home}/dotfiles`);
      mkdirSync(`${site.home}/.local`);
      symlinkSync("../dotfiles", `${site.home}/.local/bin`);
      expect(await site.run([...shell, install])).toEqual(done);
      expect(readdirSync(`${site.home}/dotfiles`)).toEqual(["claude-bottle"]);
      await site.run([...shell, install, "--uninstall"]);
      expect(site.left).toEqual([".local", ".local/bin", "dotfiles"]);
    },
  ],
  [
    "an address that only looks like the loopback's, and an archive that holds a link",
    async (site, shell) => {
      const base = "http://127.0.0.1:80@evil.example";
      expect(await site.run([...shell, install], { CLAUDE_BOTTLE_BASE_URL: base })).toEqual(
        refused(`CLAUDE_BOTTLE_BASE_URL must start with https:// or file:///, not "${base}"`),
      );
      const { file } = site.archive("1.2.3");
      rmSync(`${site.directory}/made-1.2.3/claude-bottle`);
      symlinkSync("/bin/true", `${site.directory}/made-1.2.3/claude-bottle`);
      Bun.spawnSync(["tar", "-czf", file, "-C", `${site.directory}/made-1.2.3`, "claude-bottle"]);
      const sum = Bun.spawnSync(["sha256sum", file]).stdout.toString().slice(0, 64);
      writeFileSync(`${site.directory}/made-1.2.3/SHA256SUMS`, `${sum}  ${archiveName("1.2.3", hostTarget())}\n`);
      expect(await site.run([...shell, install, "--archive", file])).toMatchObject({ stdout: "", code: 1 });
      expect(existsSync(program(site))).toBe(false);
    },
  ],
  [
    "start files without an end of line, empty, or a link, are as they were afterwards",
    async (site, shell) => {
      site.publish("1.2.3");
      const file = `${site.home}/.zshrc`;
      const env = { SHELL: "/bin/zsh" };
      for (const text of ["alias x=y", "", "alias x=y\n\n"]) {
        rmSync(file, { force: true });
        writeFileSync(`${site.home}/rc`, text, { mode: 0o600 });
        symlinkSync("rc", file);
        await site.run([...shell, install, "--modify-path"], env);
        const changed = readFileSync(file, "utf8");
        expect(changed.split("\n")).toContain("# >>> claude-bottle >>>");
        expect(changed.startsWith(text)).toBe(true);
        await site.run([...shell, install, "--uninstall"], env);
        expect([readFileSync(file, "utf8"), lstatSync(file).isSymbolicLink(), statSync(file).mode & 0o777]).toEqual([text, true, 0o600]);
        expect(site.left).toEqual([".zshrc", "rc"]);
      }
      rmSync(file);
      await site.run([...shell, install, "--modify-path"], env);
      appendFileSync(file, "mine\n");
      await site.run([...shell, install, "--uninstall"], env);
      expect(readFileSync(file, "utf8")).toBe("mine\n");
    },
  ],
  [
    "a home whose name a shell would read, put on PATH by a second run, with the marks damaged afterwards",
    async (site, shell) => {
      site.publish("1.2.3");
      const home = `${site.directory}/a"'\`id\`$x\\b`;
      mkdirSync(home);
      const run = (env: Record<string, string>, ...words: string[]) => site.run([...shell, install, ...words], { HOME: home, ...env });
      await run({});
      const found: Record<string, string> = {};
      for (const [name, file] of [["bash", ".bashrc"], ["fish", ".config/fish/config.fish"]] as const) {
        if (!Bun.which(name)) continue;
        await run({ SHELL: `/bin/${name}` }, "--modify-path");
        const env = { HOME: home, PATH: "/usr/bin:/bin" };
        found[name] = Bun.spawnSync([name, "-c", '. "$HOME/$0"; command -v claude-bottle'.replace("$0", file)], { env }).stdout.toString();
      }
      expect(found).toEqual(Object.fromEntries(Object.keys(found).map((name) => [name, `${home}/.local/bin/claude-bottle\n`])));
      const plan = await site.run(["sh", "-c", '"$@" | grep bashrc', "sh", ...shell, install, "--uninstall", "--dry-run"], { HOME: home });
      expect(plan.stdout).toBe(`would take its lines out of ${home.replace(site.directory, "~")}/.bashrc`);
      const file = `${home}/.bashrc`;
      writeFileSync(file, `${readFileSync(file, "utf8").replace("# <<< claude-bottle <<<\n", "")}alias x=y\n`);
      const kept = readFileSync(file, "utf8");
      expect((await run({}, "--uninstall")).stderr).toContain("no end mark of claude-bottle");
      expect(readFileSync(file, "utf8")).toBe(kept);
    },
  ],
  [
    "a program that another one put there is not removed, and one that is gone is put back",
    async (site, shell) => {
      site.publish("1.2.3");
      mkdirSync(`${site.home}/.local/bin`, { recursive: true });
      writeFileSync(program(site), script("1.0.0"), { mode: 0o755 });
      expect(await site.run([...shell, install, "--uninstall"])).toEqual(
        refused(`"${target}" was not installed by install.sh\n  remove it with the program that installed it`),
      );
      await site.run([...shell, install]);
      rmSync(program(site));
      expect((await site.run([...shell, install, "--rollback"])).stdout).toBe(`restored claude-bottle 1.0.0 as ${target}`);
      expect(readFileSync(program(site), "utf8")).toBe(script("1.0.0"));
    },
  ],
  [
    "a Mac with an Apple processor, seen through Rosetta, without sha256sum",
    async (site, shell) => {
      if (shell[0] === "busybox") return; // has sha256sum in itself
      const { file, sum } = site.archive("1.2.3");
      const name = archiveName("1.2.3", "darwin-arm64");
      site.answer(`/download/v1.2.3/${name}`, () => new Response(Bun.file(file)));
      site.answer("/latest/download/SHA256SUMS", () => new Response(`${sum}  ${name}\n`));
      const bin = `${site.directory}/bin`;
      mkdirSync(bin);
      const tools = ["awk", "basename", "cat", "chmod", "cp", "curl", "cut", "dirname", "env", "grep", "gzip", "ln", "mkdir", "mktemp", "mv", "perl", "rm", "rmdir", "sed", "shasum", "sh", "sort", "tail", "tar"];
      for (const tool of tools) symlinkSync(Bun.which(tool, { PATH: "/usr/bin:/bin" }) ?? "", `${bin}/${tool}`);
      const stub = (tool: string, text: string) => writeFileSync(`${bin}/${tool}`, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
      stub("uname", 'case $1 in -s) echo Darwin ;; -m) echo x86_64 ;; esac');
      stub("sysctl", "echo 1");
      stub("xattr", `echo "$@" >>'${site.directory}/xattr'; exit 1`);
      expect(await site.run([Bun.which(shell[0] ?? "") ?? "", ...shell.slice(1), install], { PATH: bin })).toEqual(done);
      expect(readFileSync(`${site.directory}/xattr`, "utf8")).toStartWith("-d com.apple.quarantine ");
      expect((await site.run([Bun.which(shell[0] ?? "") ?? "", ...shell.slice(1), install, "--uninstall"], { PATH: bin })).code).toBe(0);
      expect(site.left).toEqual([]);
    },
  ],
]; // prettier-ignore

const table = shells.flatMap((shell) => cases.map(([what, run]) => [shell.join(" "), what, shell, run] as const));
test.concurrent.each(table)(
  "%s: %s",
  async (_, __, shell, run) => {
    using site = new ReleaseSite();
    await run(site, shell);
  },
  60_000,
);
