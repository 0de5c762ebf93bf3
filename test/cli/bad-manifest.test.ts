// Bad manifests by way of the whole program: one clear line at the right place, and nothing done. test/fixtures/manifest-mistakes.txt has the rest.
import { expect, test } from "bun:test";
import { rmSync, symlinkSync } from "node:fs";
import { Home, says } from "../support/tool.ts";

const image = '[bottle]\nimage = "/images/claude"\n';
const cpus = ["bottle.cpus", "1 to 64", "99"];

test.each([
  ["a tab", "[bottle]\n\tcpus\t= 99", ["bottle.toml:2:2", ...cpus, "\n   cpus = 99\n   ^"]],
  ["a byte order mark", "\ufeff[bottle]\ncpus = 99", ["bottle.toml:2:1", ...cpus]],
  ["CRLF", "[bottle]\r\ncpus = 99\r\n", ["bottle.toml:2:1", ...cpus]],
  ["a mebibyte of junk", "\x00\xff[".repeat(350_000), ["bottle.toml", "64 KiB"]],
  ["a key twice", "[bottle]\ncpus = 1\ncpus = 2", ["bottle.toml:3:1", '"cpus"', "twice"]],
  ["a wrong type", '[bottle]\ncpus = "4"', ["bottle.toml:2:1", "bottle.cpus", "1 to 64", '"4"']],
  ["a missing directory", `${image}[[mounts]]\nsource = "./nowhere"`, ["bottle.toml:3:3", '"./nowhere"', "does not exist"]],
])("%s", async (_, manifest, message) => {
  using home = new Home();
  home.manifest(manifest);
  for (const words of [["run"], ["exec", "--", "true"], ["config"]].slice(0, message.includes("does not exist") ? 2 : 3))
    expect(await home.run(words)).toEqual({ stdout: "", stderr: says(...message), code: 1 });
  expect(home.verbs()).toEqual([]);
}); // prettier-ignore

test("a link to what has no end, as a repository may hold one", async () => {
  using home = new Home();
  rmSync(`${home.project}/bottle.toml`, { force: true });
  symlinkSync("/dev/zero", `${home.project}/bottle.toml`);
  const stderr = says('"~/home/project/bottle.toml"', "not a regular file");
  expect(await home.run(["config"])).toEqual({ stdout: "", stderr, code: 1 });
});

test("profiles that extend each other in a circle", async () => {
  using home = new Home();
  home.manifest(`${image}[profiles.a]\nextends = "b"\n[profiles.b]\nextends = "a"\n`);
  expect(await home.run(["run", "--profile", "a"])).toEqual({
    stdout: "",
    stderr: says("bottle.toml:6:1", "a -> b -> a"),
    code: 1,
  });
});

test.each([
  ["two lines", 'echo one; echo two', ["2 lines"]],
  ["nothing", "exit 0", ["nothing"]],
  ["a NUL", "printf 'a\\000b'", ["NUL"]],
  ["a complaint", "echo locked >&2; exit 4", ["status 4: locked"]],
])("a secret whose program prints %s", async (_, script, message) => {
  using home = new Home();
  home.program("vault", script);
  home.settings('bottle.backend = "smolvm"\n[secrets]\nKEY = { command = ["vault"] }\n');
  expect(await home.run(["exec", "--", "true"])).toEqual({ stdout: "", stderr: says('secret "KEY": "vault"', ...message), code: 1 });
  expect(home.verbs()).toEqual([]);
}); // prettier-ignore

test.each([
  ["is not there", "nothing-such", ['"nothing-such"', "not found", "PATH"]],
  ["cannot be run", "/etc/passwd", ['"/etc/passwd"', "chmod +x /etc/passwd"]],
])("a secret whose program %s", async (_, program, message) => {
  using home = new Home();
  home.settings(`bottle.backend = "smolvm"\n[secrets]\nKEY = { command = ["${program}"] }\n`);
  expect((await home.run(["exec", "--", "true"])).stderr).toEqual(says('secret "KEY"', ...message));
});

test.each([
  ["dies", "kill -TERM $$", ["SIGTERM"]],
  ["has the status of a signal", "echo locked >&2; exit 143", ["status 143: locked"]],
  ["prints without end", "exec yes", ["16 MiB"]],
])("a secret whose program %s is told apart", async (_, script, message) => {
  using home = new Home();
  home.program("vault", script);
  home.settings('bottle.backend = "smolvm"\n[secrets]\nKEY = { command = ["vault"] }\n');
  expect((await home.run(["exec", "--", "true"])).stderr).toEqual(says('secret "KEY": "vault"', ...message));
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
    stderr: says('secret "KEY": "vault"', "30 s"),
    code: 1,
  });
  expect(home.verbs()).toEqual([]);
}, 60_000);
