import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";

const root = `${import.meta.dir}/..`;
const sources = [...new Bun.Glob("src/**/*.ts").scanSync({ cwd: root })]
  .filter((file) => !file.endsWith(".d.ts"))
  .sort();
const own = sources.filter((file) => !file.endsWith(".test.ts"));
const read = (file: string) => readFileSync(`${root}/${file}`, "utf8");

/** What each room may import, besides itself; docs/architecture.md says why. */
const leaves = ["errors", "lib"];
const rooms: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  version: [],
  lib: ["errors", "node"],
  guest: ["lib"],
  manifest: [...leaves, "@valibot", "valibot", "smol-toml", "toml-eslint-parser"],
  plan: [...leaves, "manifest"],
  system: [...leaves, "node", "bun"],
  ui: [...leaves, "system", "consola", "@clack", "node"],
  ledger: [...leaves, "version", "plan", "system", "valibot", "bun"],
  login: [...leaves, "system", "ui", "node", "valibot"],
  namespaces: [...leaves, "guest", "system", "node", "bun"],
  proxy: [...leaves, "namespaces", "system", "node"],
  backends: [...leaves, "plan", "guest", "namespaces", "proxy", "system", "ui", "valibot", "node", "bun"],
  project: [...leaves, "login", "manifest", "plan", "backends", "system", "ui", "node", "valibot"],
  sync: [...leaves, "project", "plan", "backends", "guest", "system", "ui", "node", "valibot"],
  bottle: [
    ...leaves,
    "activity",
    "sync",
    "project",
    "login",
    "manifest",
    "plan",
    "backends",
    "ledger",
    "guest",
    "system",
    "ui",
    "node",
    "valibot",
  ],
  activity: [...leaves, "plan", "backends", "ledger", "guest", "system", "node", "valibot"],
  inventory: [
    ...leaves,
    "activity",
    "bottle",
    "sync",
    "project",
    "login",
    "plan",
    "backends",
    "ledger",
    "system",
    "ui",
    "node",
  ],
  tmux: [...leaves, "activity", "project", "plan", "ledger", "system", "ui", "node"],
  terminal: [...leaves, "guest", "@xterm", "system", "node", "bun"],
  session: [
    ...leaves,
    "activity",
    "bottle",
    "inventory",
    "sync",
    "project",
    "login",
    "manifest",
    "plan",
    "backends",
    "ledger",
    "terminal",
    "tmux",
    "guest",
    "system",
    "ui",
    "node",
    "valibot",
  ],
  ports: [...leaves, "backends", "guest", "ledger", "system", "valibot"],
  doctor: [
    ...leaves,
    "activity",
    "bottle",
    "inventory",
    "project",
    "login",
    "session",
    "tmux",
    "manifest",
    "plan",
    "backends",
    "ledger",
    "terminal",
    "system",
    "ui",
    "version",
  ],
  dashboard: [...leaves, "activity", "inventory", "project", "tmux", "ledger", "terminal", "system", "ui", "node"],
  completions: [...leaves, "activity", "cli", "project", "backends", "ledger", "system"],
  commands: [
    ...leaves,
    "ports",
    "activity",
    "dashboard",
    "doctor",
    "session",
    "inventory",
    "bottle",
    "sync",
    "project",
    "login",
    "tmux",
    "manifest",
    "plan",
    "backends",
    "ledger",
    "terminal",
    "system",
    "ui",
    "cli",
    "completions",
    "version",
    "citty",
    "install.sh",
  ],
  cli: [...leaves, "commands", "completions", "ledger", "system", "ui", "version", "citty"],
  main: ["cli", "backends", "version", "terminal", "session", "tmux", "namespaces", "proxy", "system", "ui"],
};

const roomOf = (path: string) => /^src\/([a-z]+)/.exec(path)?.[1] ?? path;

const targetOf = (file: string, specifier: string) => new URL(specifier, `file:///${file}`).pathname.slice(1);

const specifiersOf = (file: string): string[] =>
  [...read(file).matchAll(/(?:from |import\(|require\(|import )"([^"]+)"/g)].map(([, specifier]) => specifier ?? "");

function imports(file: string): string[] {
  return specifiersOf(file).map((specifier) => {
    if (specifier.startsWith(".")) return roomOf(targetOf(file, specifier));
    return /^(?:(node|bun):|([^/]+))/.exec(specifier)?.slice(1).find(Boolean) ?? specifier;
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

test("no import circle between files", () => {
  const next = new Map(
    own.map((file) => [
      file,
      specifiersOf(file)
        .filter((name) => name.startsWith("."))
        .map((name) => targetOf(file, name)),
    ]),
  );
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
    if (path.includes(file) || done.has(file)) return;
    for (const target of next.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of own) visit(file, []);
  expect(circles).toEqual([]);
});

test("consola is imported by ui alone", () => {
  const foreign = /(from |require\(|import\()"(consola|@clack)/;
  expect(own.filter((file) => !file.startsWith("src/ui/") && foreign.test(read(file)))).toEqual([]);
});

/** Each is a program of its own that has to start in a millisecond, and says why it cannot in one line. */
const alone = ["src/terminal/pty-resize.ts", "src/backends/landlock/confine.ts"];

const speech = /(?<![.\w])(?:inform|warn|fail|confirm|choose|hiddenInput)\(/g;

/** The calls with a text among their arguments, as file:line: a quotation mark comes before the bracket that ends them. */
function spoken(file: string): string[] {
  const text = read(file);
  const calls = [...text.matchAll(speech)].map(({ 0: call, index }) => index + call.length);
  const titles = text.includes('/ui/work.ts"') ? [...text.matchAll(/\b(?:title|subject):(?=[^,}]*["'`])/g)] : [];
  const at = [...calls.filter((start) => isQuoted(text.slice(start))), ...titles.map(({ index }) => index)];
  return at.map((start) => `${file}:${text.slice(0, start).split("\n").length}`);
}

function isQuoted(text: string): boolean {
  let open = 1;
  for (const [mark] of text.matchAll(/[()"'`]/g)) {
    if (/["'`]/.test(mark)) return true;
    open += mark === "(" ? 1 : -1;
    if (open === 0) return false;
  }
  return false;
}

test("what a person reads goes through ui, and errors and messages stand in a file of their room", () => {
  const elsewhere = own.filter((file) => !file.startsWith("src/ui/") && !alone.includes(file));
  expect(elsewhere.filter((file) => /["'`]claude-bottle: /.test(read(file)))).toEqual([]);
  const strays = elsewhere.filter(
    (file) => !/\/errors(\.ts$|\/)/.test(file) && /new (UserError|Unreadable)\(|usageError\(/.test(read(file)),
  );
  expect(strays).toEqual([]);
  const isText = (file: string) => /\/(errors|messages)(\.ts$|\/)/.test(file);
  expect(elsewhere.filter((file) => !isText(file)).flatMap(spoken)).toEqual([]);
});

test("no backend knows another", () => {
  for (const file of own.filter((name) => /^src\/backends\/\w+\//.test(name))) {
    const directory = /^src\/backends\/(\w+)\//.exec(file)?.[1];
    const others = [...read(file).matchAll(/from "\.\.\/(\w+)\//g)]
      .map(([, name]) => name)
      .filter((name) => name !== directory);
    expect([file, others]).toEqual([file, []]);
  }
});

test("commands know nothing of each other", () => {
  for (const file of own.filter((name) => name.startsWith("src/commands/")))
    expect([file, read(file).match(/from "\.\/(?!(errors|messages)\.ts)/)]).toEqual([file, null]);
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
  120_000,
);

test.skipIf(!Bun.which("actionlint"))("actionlint has nothing to say", () => {
  expect(Bun.spawnSync(["actionlint", "-no-color"], { cwd: root }).stdout.toString()).toBe("");
});
