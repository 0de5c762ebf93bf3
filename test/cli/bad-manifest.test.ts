// Bad manifests by way of the whole program: one clear line at the right place, and nothing done. test/fixtures/manifest-mistakes.txt has the rest.
import { expect, test } from "bun:test";
import { rmSync, symlinkSync } from "node:fs";
import { Home } from "../support/tool.ts";

const image = '[bottle]\nimage = "/images/claude"\n';
const cpus = "bottle.cpus must be a whole number from 1 to 64, not 99";

test.each([
  ["a tab", "[bottle]\n\tcpus\t= 99", `bottle.toml:2:2: ${cpus}\n   cpus = 99\n   ^`],
  ["a byte order mark", "\ufeff[bottle]\ncpus = 99", `bottle.toml:2:1: ${cpus}\n  cpus = 99\n  ^`],
  ["CRLF", "[bottle]\r\ncpus = 99\r\n", `bottle.toml:2:1: ${cpus}\n  cpus = 99\n  ^`],
  ["a mebibyte of junk", "\x00\xff[".repeat(350_000), "bottle.toml: a manifest has at most 64 KiB\n  check that bottle.toml is the file you mean"],
  ["a key twice", "[bottle]\ncpus = 1\ncpus = 2", 'bottle.toml:3:1: "cpus" is defined twice\n  cpus = 2\n  ^'],
  ["a wrong type", '[bottle]\ncpus = "4"', 'bottle.toml:2:1: bottle.cpus must be a whole number from 1 to 64, not "4"\n  cpus = "4"\n  ^'],
  ["a missing directory", `${image}[[mounts]]\nsource = "./nowhere"`, 'bottle.toml:3:3: the directory "./nowhere" does not exist\n  [[mounts]]\n    ^'],
])("%s", async (_, manifest, message) => {
  using home = new Home();
  home.manifest(manifest);
  for (const words of [["run"], ["exec", "--", "true"], ["config"]].slice(0, message.includes("directory") ? 2 : 3))
    expect(await home.run(words)).toEqual({ stdout: "", stderr: `claude-bottle: ${message}\n`, code: 1 });
  expect(home.verbs()).toEqual([]);
}); // prettier-ignore

test("a link to what has no end, as a repository may hold one", async () => {
  using home = new Home();
  rmSync(`${home.project}/bottle.toml`, { force: true });
  symlinkSync("/dev/zero", `${home.project}/bottle.toml`);
  const stderr = 'claude-bottle: cannot read "~/home/project/bottle.toml": it is not a regular file\n';
  expect(await home.run(["config"])).toEqual({ stdout: "", stderr, code: 1 });
});

test("profiles that extend each other in a circle", async () => {
  using home = new Home();
  home.manifest(`${image}[profiles.a]\nextends = "b"\n[profiles.b]\nextends = "a"\n`);
  expect(await home.run(["run", "--profile", "a"])).toEqual({
    stdout: "",
    stderr: 'claude-bottle: bottle.toml:6:1: profile "a" extends itself: a -> b -> a\n  extends = "a"\n  ^\n',
    code: 1,
  });
});

test.each([
  ["two lines", 'echo one; echo two', 'secret "KEY": "vault" printed 2 lines, and a secret is one'],
  ["nothing", "exit 0", 'secret "KEY": "vault" printed nothing'],
  ["a NUL", "printf 'a\\000b'", 'secret "KEY": "vault" printed a NUL character'],
  ["a complaint", "echo locked >&2; exit 4", 'secret "KEY": "vault" failed with status 4: locked'],
])("a secret whose program prints %s", async (_, script, message) => {
  using home = new Home();
  home.program("vault", script);
  home.settings('bottle.backend = "smolvm"\n[secrets]\nKEY = { command = ["vault"] }\n');
  expect(await home.run(["exec", "--", "true"])).toEqual({ stdout: "", stderr: `claude-bottle: ${message}\n`, code: 1 });
  expect(home.verbs()).toEqual([]);
}); // prettier-ignore

test.each([
  [
    "is not there",
    "nothing-such",
    '"nothing-such" was not found\n  install nothing-such, or put its directory on PATH',
  ],
  ["cannot be run", "/etc/passwd", '"/etc/passwd" is not executable\n  if it is a program: chmod +x /etc/passwd'],
])("a secret whose program %s", async (_, program, message) => {
  using home = new Home();
  home.settings(`bottle.backend = "smolvm"\n[secrets]\nKEY = { command = ["${program}"] }\n`);
  expect((await home.run(["exec", "--", "true"])).stderr).toBe(`claude-bottle: secret "KEY": ${message}\n`);
});

test.each([
  ["dies", "kill -TERM $$", "was ended by SIGTERM"],
  ["has the status of a signal", "echo locked >&2; exit 143", "failed with status 143: locked"],
  ["prints without end", "exec yes", "printed more than 16 MiB"],
])("a secret whose program %s is told apart", async (_, script, message) => {
  using home = new Home();
  home.program("vault", script);
  home.settings('bottle.backend = "smolvm"\n[secrets]\nKEY = { command = ["vault"] }\n');
  expect((await home.run(["exec", "--", "true"])).stderr).toStartWith(
    `claude-bottle: secret "KEY": "vault" ${message}\n`,
  );
});

test("a secret whose program leaves a process behind, with its output open, is there at once", async () => {
  using home = new Home();
  home.program("vault", `sleep 1000 & echo $! >'${home.directory}/pid'; echo value`);
  home.manifest(`[bottle]\nimage = "/images/claude"\n`);
  home.settings('bottle.backend = "smolvm"\n[secrets]\nKEY = { command = ["vault"] }\n');
  expect(await home.run(["exec", "--", "sh", "-c", "echo $KEY"])).toMatchObject({ stdout: "value\n", code: 0 });
  process.kill(Number(await Bun.file(`${home.directory}/pid`).text()));
});

test("a secret whose program hangs is given up, and the program with it; half a minute", async () => {
  using home = new Home();
  home.program("vault", "exec sleep 1000");
  home.settings('bottle.backend = "smolvm"\n[secrets]\nKEY = { command = ["vault"] }\n');
  expect(await home.run(["exec", "--", "true"])).toEqual({
    stdout: "",
    stderr: 'claude-bottle: secret "KEY": "vault" did not end within 30 s\n',
    code: 1,
  });
  expect(home.verbs()).toEqual([]);
}, 60_000);
