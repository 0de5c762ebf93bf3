import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";

const root = `${import.meta.dir}/..`;
const sources = [...new Bun.Glob("src/**/*.ts").scanSync({ cwd: root })]
  .filter((file) => !file.endsWith(".d.ts"))
  .sort();
const own = sources.filter((file) => !file.endsWith(".test.ts"));
const read = (file: string) => readFileSync(`${root}/${file}`, "utf8");

/** What each room may import, besides itself; docs/architecture.md says why. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  version: [],
  lib: ["errors"],
  guest: ["lib"],
  manifest: ["errors", "lib", "valibot", "smol-toml"],
  plan: ["manifest", "errors", "lib"],
  system: ["errors", "lib", "node", "bun"],
  backends: ["plan", "guest", "system", "errors", "lib", "valibot", "node"],
  ledger: ["plan", "system", "errors", "lib", "bun"],
  tmux: ["plan", "ledger", "system", "errors", "lib"],
  session: [
    "login",
    "manifest",
    "plan",
    "backends",
    "ledger",
    "tmux",
    "guest",
    "system",
    "errors",
    "lib",
    "node",
    "bun",
    "valibot",
  ],
  login: ["system", "errors", "lib", "node", "valibot"],
  terminal: ["guest", "errors", "lib", "node", "bun"],
  doctor: ["login", "session", "tmux", "plan", "backends", "ledger", "terminal", "system", "errors", "lib", "version"],
  commands: [
    "doctor",
    "login",
    "session",
    "tmux",
    "manifest",
    "plan",
    "backends",
    "ledger",
    "terminal",
    "system",
    "errors",
    "lib",
    "command",
    "citty",
    "completions",
    "described",
    "install.sh",
  ],
  completions: ["described", "session", "backends", "ledger", "system", "errors", "lib"],
  described: ["lib", "citty"],
  command: ["described", "system", "errors", "lib", "citty"],
  cli: ["commands", "command", "described", "completions", "system", "errors", "lib", "version", "citty"],
  main: ["cli", "version", "terminal", "session", "system"],
};

const roomOf = (path: string) => /^src\/([a-z]+)/.exec(path)?.[1] ?? path;

function imports(file: string): string[] {
  const specifiers = [...read(file).matchAll(/(?:from |import\(|import )"([^"]+)"/g)].map(
    ([, specifier]) => specifier ?? "",
  );
  return specifiers.map((specifier) => {
    if (specifier.startsWith(".")) return roomOf(new URL(specifier, `file:///${file}`).pathname.slice(1));
    return /^(node|bun):/.exec(specifier)?.[1] ?? specifier;
  });
}

describe.each(own)("%s", (file) => {
  test("imports what its room may", () => {
    const room = roomOf(file);
    const strangers = imports(file).filter((name) => name !== room && !rooms[room]?.includes(name));
    expect(strangers).toEqual([]);
  });

  test("one idea: at most 300 lines", () => {
    expect(read(file).split("\n").length).toBeLessThanOrEqual(300);
  });
});

test("no backend knows another", () => {
  for (const file of own.filter((name) => /^src\/backends\/\w+\//.test(name))) {
    const folder = /^src\/backends\/(\w+)\//.exec(file)?.[1];
    const others = [...read(file).matchAll(/from "\.\.\/(\w+)\//g)]
      .map(([, name]) => name)
      .filter((name) => name !== folder);
    expect([file, others]).toEqual([file, []]);
  }
});

test("commands know nothing of each other", () => {
  for (const file of own.filter((name) => name.startsWith("src/commands/")))
    expect([file, read(file).match(/from "\.\//)]).toEqual([file, null]);
});

test("only system, terminal and main touch processes, the environment and the clock", () => {
  const effect = /Bun\.spawn|process\.(env|exit)\b|Date\.now|node:child_process/;
  const strays = own.filter(
    (file) => !/^src\/(system|terminal)\/|^src\/main\.ts$/.test(file) && effect.test(read(file)),
  );
  expect(strays).toEqual([]);
});

test("nothing is left for later", () => {
  const everything = [...sources, ...new Bun.Glob("test/**/*.ts").scanSync({ cwd: root })].filter(
    (file) => file !== "test/rules.test.ts",
  );
  const words = /TODO|FIXME|XXX\b|: any\b|as any\b|\.only\(|\.todo\(/;
  expect(everything.filter((file) => words.test(read(file)) && !file.includes("support/claude"))).toEqual([]);
});

test("install.sh does nothing before its last line, in every shell", () => {
  const script = read("install.sh");
  expect(script.trimEnd().split("\n").at(-1)).toBe('main "$@"');
  for (const shell of ["dash", "bash", "busybox sh", "zsh --emulate sh"]
    .map((name) => name.split(" "))
    .filter(([name]) => Bun.which(name ?? ""))) {
    expect(Bun.spawnSync([...shell, "-n", `${root}/install.sh`]).stderr.toString()).toBe("");
  }
});

test.skipIf(!Bun.which("shellcheck"))(
  "shellcheck has nothing to say",
  () => {
    const scripts = ["install.sh", ".ci/run", "test/run", "test/vm/vmhost", "test/vm/try", "test/vm/internet.sh"];
    expect(Bun.spawnSync(["shellcheck", "-S", "warning", ...scripts], { cwd: root }).stdout.toString()).toBe("");
    expect(Bun.spawnSync(["shellcheck", "install.sh"], { cwd: root }).stdout.toString()).toBe("");
    const guest = [...new Bun.Glob("src/guest/*.sh").scanSync({ cwd: root })];
    expect(Bun.spawnSync(["shellcheck", "-s", "sh", "-S", "warning", ...guest], { cwd: root }).stdout.toString()).toBe(
      "",
    );
  },
  30_000,
);
