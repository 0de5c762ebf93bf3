// install.sh in every shell that people have for sh, against a server on the loopback. About 20 s.
import { expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { archiveName, hostTarget } from "../release/targets.ts";
import { copyOfClone } from "./support/clone.ts";
import { install, ReleaseSite, script, shells } from "./support/release-site.ts";

const target = "~/my home/.local/bin/claude-bottle";
const done = (stdout: string) => ({ stdout, stderr: "", code: 0 });
const refused = (stderr: string) => ({ stdout: "", stderr: `install.sh: ${stderr}\n`, code: 1 });
const everything = [
  ".local",
  ".local/bin",
  ".local/bin/claude-bottle",
  ".local/lib",
  ".local/lib/claude-bottle",
  ".local/lib/claude-bottle/receipt",
];

type Case = readonly [what: string, run: (site: ReleaseSite, install: Install, shell: string) => Promise<void>];
type Install = (args?: readonly string[], env?: Record<string, string | undefined>) => ReturnType<ReleaseSite["run"]>;

/** Refused, with nothing in the home afterwards. */
const nothingFor =
  (stderr: string, args: readonly string[] = [], env: Record<string, string | undefined> = {}) =>
  async (site: ReleaseSite, install: Install) => {
    expect(await install(args, env)).toEqual(refused(stderr));
    expect(site.left.filter((name) => !/^\.local(\/(bin|lib(\/claude-bottle)?))?$/.test(name))).toEqual([]);
  };

/** A server that promises more than it sends. */
function cutShort(): { url: string } & Disposable {
  const answer = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this";
  const open = (socket: Bun.Socket) => void (socket.write(answer), socket.end());
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { open, data() {} } });
  return { url: `http://127.0.0.1:${server.port}/`, [Symbol.dispose]: () => server.stop(true) };
}

const slow = () => new Response(new ReadableStream({ pull: () => new Promise(() => {}) }));
const archivePath = (version: string) => `/download/v${version}/${archiveName(version, hostTarget())}`;
const archive = "claude-bottle-1.2.3-HOST.tar.gz";
const wrongSum = `the checksum of ${archive} is wrong; nothing was changed\n  try again; if it stays wrong, do not use this mirror`;
const tryAgain = "look at the address, and try again";

const cases: readonly Case[] = [
  [
    "fresh, again, upgraded, downgraded, put back, removed without a trace",
    async (site, install) => {
      site.publish("1.2.3");
      expect(await install()).toEqual(done(`installed claude-bottle 1.2.3 as ${target}`));
      expect(site.left).toEqual(everything);
      expect(await install()).toEqual(done(`claude-bottle 1.2.3 is already installed as ${target}`));
      site.publish("1.10.0");
      expect(await install(["--dry-run"])).toEqual(
        done(`would install claude-bottle 1.10.0 as ${target} in place of 1.2.3`),
      );
      expect(await install()).toEqual(done(`installed claude-bottle 1.10.0 as ${target} (before: 1.2.3)`));
      expect(await install(["--rollback"])).toEqual(done(`restored claude-bottle 1.2.3 as ${target} (before: 1.10.0)`));
      expect(await install(["--rollback"])).toEqual(done(`restored claude-bottle 1.10.0 as ${target} (before: 1.2.3)`));
      expect(await install(["--version", "v1.2.3"])).toEqual(
        done(`downgraded to claude-bottle 1.2.3 as ${target} (before: 1.10.0)`),
      );
      expect(await install(["--check"])).toEqual(done("installed: 1.2.3"));
      expect(await install(["--uninstall", "--dry-run"])).toEqual(done(`would remove ${target}`));
      expect(await install(["--uninstall"])).toEqual(done(`removed ${target}`));
      expect(site.left).toEqual([]);
      expect(await install(["--uninstall"])).toEqual(done(`there is no ${target}`));
    },
  ],
  [
    "a damaged program is installed anew, and a directory that was there before stays",
    async (site, install) => {
      site.publish("1.2.3");
      mkdirSync(`${site.home}/.local/bin`, { recursive: true });
      await install();
      writeFileSync(`${site.home}/.local/bin/claude-bottle`, `${script("1.2.3")}# more\n`);
      expect(await install()).toEqual(done(`installed claude-bottle 1.2.3 as ${target} (before: 1.2.3)`));
      expect(readFileSync(`${site.home}/.local/bin/claude-bottle`, "utf8")).toBe(script("1.2.3"));
      await install(["--uninstall"]);
      expect(site.left).toEqual([".local", ".local/bin"]);
    },
  ],
  [
    "a cut download",
    async (site, install) => {
      site.publish("1.2.3");
      using cut = cutShort();
      site.answer(archivePath("1.2.3"), () => Response.redirect(cut.url));
      await nothingFor(`cannot download SITE/download/v1.2.3/${archive}; nothing was changed\n  ${tryAgain}`)(
        site,
        async (...words) => {
          const { stderr, ...rest } = await install(...words);
          return { ...rest, stderr: stderr.replace(/^(curl|Warning): .*\n/gm, "") };
        },
      );
    },
  ],
  [
    "an archive that is shorter than it was",
    async (site, install) => {
      site.publish("1.2.3");
      const bytes = await Bun.file(site.archive("1.2.3").file).bytes();
      site.answer(archivePath("1.2.3"), () => new Response(bytes.subarray(0, 100)));
      await nothingFor(wrongSum)(site, install);
    },
  ],
  [
    "a wrong sum, and what it takes to install it all the same",
    async (site, install) => {
      site.publish("1.2.3");
      site.archive("1.2.3", `${script("1.2.3")}# evil\n`);
      await nothingFor(wrongSum)(site, install);
      await nothingFor(wrongSum, [], { CLAUDE_BOTTLE_INSECURE_NO_CHECKSUM: "1" })(site, install);
      expect(await install([], { CLAUDE_BOTTLE_INSECURE_NO_CHECKSUM: "yes" })).toEqual({
        stdout: `installed claude-bottle 1.2.3 as ${target}`,
        stderr: `install.sh: WARNING: the checksum of ${archive} is not checked, because CLAUDE_BOTTLE_INSECURE_NO_CHECKSUM is set\n`,
        code: 0,
      });
    },
  ],
  [
    "sums that do not name our file, or name it by a part of a name",
    async (site, install) => {
      const sum = "a".repeat(64);
      site.publish("1.2.3", {
        sums: `${sum}  claude-bottle-1.2.3-${hostTarget()}.tar.gz.sig\n${sum}  x-claude-bottle-1.2.3-${hostTarget()}.tar.gz\n${sum}  claude-bottle-$(id)-${hostTarget()}.tar.gz\n`,
      });
      await nothingFor("SITE/latest/download/SHA256SUMS names no claude-bottle for HOST; nothing was changed")(
        site,
        install,
      );
      await nothingFor("SITE/download/v1.2.3/SHA256SUMS names no claude-bottle 1.2.3 for HOST; nothing was changed", [
        "--version",
        "1.2.3",
      ])(site, install);
    },
  ],
  [
    "a program of another version, and one that does not run",
    async (site, install) => {
      site.publish("1.2.3", { program: script("1.2.4") });
      await nothingFor("the program says that it is 1.2.4, not 1.2.3; nothing was changed")(site, install);
      site.publish("1.2.5", { program: "#!/bin/sh\nexit 1\n" });
      await nothingFor(
        "the new program does not run on this machine; nothing was changed\n  sh install.sh --from-source builds one for it",
      )(site, install);
    },
  ],
  ["404", nothingFor(`cannot download SITE/latest/download/SHA256SUMS; nothing was changed\n  ${tryAgain}`)],
  [
    "a server that is gone, one that is not asked over https, and none",
    async (site, install) => {
      for (const base of ["http://127.0.0.1.example.org/x", "http://example.org", "ftp://example.org", "/etc"])
        await nothingFor(`CLAUDE_BOTTLE_BASE_URL must start with https:// or file:///, not "${base}"`, [], {
          CLAUDE_BOTTLE_BASE_URL: base,
        })(site, install);
      await nothingFor("no release is published yet\n  in a clone: sh install.sh --from-source", [], {
        CLAUDE_BOTTLE_BASE_URL: undefined,
      })(site, install);
    },
  ],
  [
    "no program that makes sums, and no curl",
    async (site, install, shell) => {
      site.publish("1.2.3");
      const bin = `${site.directory}/bin`;
      mkdirSync(bin);
      const tools = ["uname", "ldd", "grep", "mktemp", "curl", "awk", "sed", "dirname", "basename", "mkdir", "tar", "gzip", "rm", "cp", "chmod", "cut"]; // prettier-ignore
      for (const tool of tools) symlinkSync(Bun.which(tool, { PATH: "/usr/bin:/bin" }) ?? "", `${bin}/${tool}`);
      const noSums = "sha256sum, shasum or openssl is needed to check the download; nothing was changed";
      // The shell of busybox has sha256sum in itself.
      if (shell !== "busybox") await nothingFor(noSums, [], { PATH: bin })(site, install);
      rmSync(`${bin}/curl`);
      await nothingFor(
        "curl is needed to download a release\n  install it (Debian: sudo apt-get install curl), or use --archive FILE",
        [],
        { PATH: bin },
      )(site, install);
    },
  ],
  [
    "a file, a directory, a link or another program in the way",
    async (site, install) => {
      site.publish("1.2.3");
      const file = `${site.home}/.local/bin/claude-bottle`;
      const isThere = `"${target}" exists and is not claude-bottle\n  move it away, or choose another place: sh install.sh --prefix DIR`;
      mkdirSync(file, { recursive: true });
      for (const args of [[], ["--uninstall"], ["--rollback"]]) expect(await install(args)).toEqual(refused(isThere));
      rmSync(file, { recursive: true });
      writeFileSync(file, "#!/bin/sh\necho something else\n", { mode: 0o755 });
      expect(await install()).toEqual(refused(isThere));
      rmSync(file);
      symlinkSync("/bin/true", file);
      expect(await install()).toEqual(
        refused(
          `"${target}" is a link, so another installer created it\n  remove it with that installer (brew, npm), or choose another place: sh install.sh --prefix DIR`,
        ),
      );
      rmSync(`${site.home}/.local`, { recursive: true });
      writeFileSync(`${site.home}/.local`, "");
      expect(await install()).toEqual(refused(`"~/my home/.local" cannot be made\n  sh install.sh --prefix DIR`));
    },
  ],
  [
    "no HOME, and places that are not to install to",
    async (site, install) => {
      site.publish("1.2.3");
      await nothingFor("HOME is not set, so there is no place to install to\n  sh install.sh --prefix DIR", [], {
        HOME: undefined,
      })(site, install);
      for (const place of ["/", "//", "/usr", site.home, `${site.home}/`, "/opt/homebrew"])
        await nothingFor(
          `"${place.replace(/(.)\/+$/, "$1").replace(site.directory, "~")}" is not a place to install to\n  sh install.sh --prefix ~/.local`,
          ["--prefix", place],
        )(site, install);
      await nothingFor('--prefix must be an absolute path, not "x"', ["--prefix", "x"])(site, install);
      expect(await install(["--prefix", `${site.directory}/else where/`], { HOME: undefined })).toEqual(
        done("installed claude-bottle 1.2.3 as ~/else where/bin/claude-bottle"),
      );
    },
  ],
  [
    "words that it does not know",
    async (site, install) => {
      await nothingFor('unknown option "--frm-source"\n  sh install.sh --help', ["--frm-source"])(site, install);
      await nothingFor("--run opens a session after an installation, not with --uninstall\n  sh install.sh --help", [
        "--uninstall",
        "--run",
      ])(site, install);
      await nothingFor("--prefix needs a value\n  sh install.sh --help", ["--prefix"])(site, install);
      await nothingFor('"../1" is not a version\n  a version is such as 0.1.0', ["--version", "../1"])(site, install);
    },
  ],
  [
    "an archive that somebody brought, and a mirror in a directory",
    async (site, install) => {
      const { file, sum } = site.archive("1.2.3");
      const env = { CLAUDE_BOTTLE_BASE_URL: undefined };
      await nothingFor(
        `SHA256SUMS is needed beside "~/made-1.2.3/${archive}"\n  download it from where the archive came from`,
        ["--archive", file],
        env,
      )(site, install);
      writeFileSync(`${site.directory}/made-1.2.3/SHA256SUMS`, `${sum} *${archiveName("1.2.3", hostTarget())}\n`);
      expect(await install(["--archive", file], env)).toEqual(done(`installed claude-bottle 1.2.3 as ${target}`));
      await install(["--uninstall"]);
      mkdirSync(`${site.directory}/mirror/latest`, { recursive: true });
      mkdirSync(`${site.directory}/mirror/download`);
      symlinkSync(`${site.directory}/made-1.2.3`, `${site.directory}/mirror/latest/download`);
      symlinkSync(`${site.directory}/made-1.2.3`, `${site.directory}/mirror/download/v1.2.3`);
      expect(await install([], { CLAUDE_BOTTLE_BASE_URL: `file://${site.directory}/mirror/` })).toEqual(
        done(`installed claude-bottle 1.2.3 as ${target}`),
      );
    },
  ],
  [
    "the start file is changed only when asked, and as it was after --uninstall",
    async (site, install) => {
      site.publish("1.2.3");
      writeFileSync(`${site.home}/.zshrc`, "alias x=y\n");
      await install([], { SHELL: "/bin/zsh" });
      expect(readFileSync(`${site.home}/.zshrc`, "utf8")).toBe("alias x=y\n");
      await install(["--uninstall"]);
      for (const [shell, file] of [
        ["/bin/zsh", ".zshrc"],
        ["/usr/bin/fish", ".config/fish/config.fish"],
      ] as const) {
        await install(["--modify-path"], { SHELL: shell });
        expect(readFileSync(`${site.home}/${file}`, "utf8")).toContain(`${site.home}/.local/bin`);
        await install(["--version", "1.2.3"], { SHELL: shell });
        await install(["--uninstall"]);
        expect(site.left).toEqual([".zshrc"]);
        expect(readFileSync(`${site.home}/.zshrc`, "utf8")).toBe("alias x=y\n");
      }
    },
  ],
  [
    "a target that may not be written",
    async (site) => {
      site.publish("1.2.3");
      mkdirSync(`${site.home}/.local/bin`, { recursive: true });
      chmodSync(`${site.home}/.local/bin`, 0o555);
      chmodSync(site.directory, 0o777);
      const user = process.getuid?.() === 0 ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
      if (user.length > 0) chownSync(`${site.home}/.local`, 65534, 65534);
      // A clone may lie where that user cannot read.
      copyFileSync(install, `${site.directory}/install.sh`);
      expect(await site.run([...user, "sh", `${site.directory}/install.sh`])).toEqual(
        refused(`"~/my home/.local/bin" cannot be written\n  sh install.sh --prefix DIR`),
      );
      expect(existsSync(`${site.home}/.local/bin/claude-bottle`)).toBe(false);
    },
  ],
  [
    "a server that answers 500, and one that stands still",
    async (site, install) => {
      site.answer("/latest/download/SHA256SUMS", () => new Response("", { status: 500 }));
      await nothingFor(`cannot download SITE/latest/download/SHA256SUMS; nothing was changed\n  ${tryAgain}`)(
        site,
        install,
      );
      site.answer("/latest/download/SHA256SUMS", slow);
      await nothingFor(
        "cannot download SITE/latest/download/SHA256SUMS; nothing was changed\n  the server is too slow: CLAUDE_BOTTLE_STALL_SECONDS sets the limit",
        [],
        { CLAUDE_BOTTLE_STALL_SECONDS: "1" },
      )(site, install);
    },
  ],
];

const table = shells.flatMap((shell) => cases.map(([what, run]) => [shell.join(" "), what, shell, run] as const));
test.concurrent.each(table)(
  "%s: %s",
  async (_, __, shell, run) => {
    using site = new ReleaseSite();
    await run(
      site,
      async (args = [], env = {}) => {
        const outcome = await site.run([Bun.which(shell[0] ?? "") ?? "", ...shell.slice(1), install, ...args], env);
        return { ...outcome, stderr: outcome.stderr.replace(/^(curl|Warning): .*\n/gm, "") };
      },
      shell[0] ?? "",
    );
  },
  60_000,
);

test("a cut script does nothing", async () => {
  using site = new ReleaseSite();
  site.publish("1.2.3");
  const text = readFileSync(install, "utf8");
  for (const part of [0.3, 0.6, 0.9, 0.999]) {
    writeFileSync(`${site.directory}/cut.sh`, text.slice(0, Math.floor(text.length * part)));
    await site.run(["sh", `${site.directory}/cut.sh`]);
    expect(site.left).toEqual([]);
  }
});

test("--from-source builds in the clone, from any directory, and the program runs", async () => {
  using site = new ReleaseSite();
  const clone = copyOfClone(`${site.directory}/the clone`);
  const node = (Bun.which("node") ?? "").replace(/\/node$/, "");
  const outcome = await site.run(["sh", `${clone}/install.sh`, "--from-source"], { PATH: `${node}:/usr/bin:/bin` });
  expect(outcome).toEqual(done(`installed claude-bottle 0.1.0 as ${target}`));
  const program = `${site.home}/.local/bin/claude-bottle`;
  expect(Bun.spawnSync([program, "--version"]).stdout.toString()).toBe("claude-bottle 0.1.0\n");
  expect(statSync(program).mode & 0o777).toBe(0o755);
}, 60_000);
