import { describe, expect, test } from "bun:test";
import { UserError } from "../errors.ts";
import { resolveManifest } from "./layers.ts";

const parse = (text: string, file: string) =>
  resolveManifest([{ kind: "project", file, directory: "/project", text }], { backends: ["smolvm"] }).manifest;

function complaint(toml: string): string {
  try {
    return `accepted as ${JSON.stringify(parse(toml, "bottle.toml"))}`;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message + (error.hint === undefined ? "" : `\nhint: ${error.hint}`);
  }
}

// Each mistake is a name after "==", a manifest, "--" and the whole message.
const mistakes = (await Bun.file(new URL("../../test/fixtures/manifest-mistakes.txt", import.meta.url)).text())
  .split(/^== /m)
  .slice(1)
  .map((entry) => {
    const [, name = "", toml = "", message = ""] = /^(.*)\n([^]*?)^--\n([^]*)$/m.exec(entry) ?? [];
    return [name, toml, message.trimEnd()] as const;
  });

describe("a mistake is told by its place and what was expected", () => {
  test("the mistakes are read", () => expect(mistakes.length).toBeGreaterThan(100));
  test.each(mistakes)("%s", (_, toml, message) => expect(complaint(toml)).toBe(message));
});

const cpus = "bottle.cpus must be a whole number from 1 to 64, not 99";

test.each([
  ["a tab takes one place", "[bottle]\n\tcpus\t=\t99", `2:2: ${cpus}\n   cpus = 99\n   ^`],
  ["CRLF is a line's end", "[bottle]\r\n# x\r\ncpus = 99\r\n", `3:1: ${cpus}\n  cpus = 99\n  ^`],
  ["a byte order mark takes no place", "\ufeffbottle.cpus = 99", `1:8: ${cpus}\n  bottle.cpus = 99\n         ^`],
  [
    "a string ends with its line, CRLF too",
    '[bottle]\r\nimage = "x\r\n',
    '2:11: the string has no closing quote on its line\n  image = "x\n            ^',
  ],
  [
    "a carriage return alone is no line's end",
    "[bottle]\rcpus = 99",
    "1:9: expected the end of the line here\n  [bottle]\ufffdcpus = 99\n          ^",
  ],
  [
    "a NUL",
    "[bottle]\ncpus\0 = 2",
    "2:5: NUL character; a manifest is plain text in UTF-8\nhint: save bottle.toml as UTF-8",
  ],
  [
    "UTF-16 read as UTF-8",
    "\ufffd\ufffd[\0b\0",
    "1:4: NUL character; a manifest is plain text in UTF-8\nhint: save bottle.toml as UTF-8",
  ],
  [
    "an escape sequence in a string",
    '[bottle]\nimage = "\x1b[31m"',
    '2:10: control character "\\x1b" in a string\n  image = "\ufffd[31m"\n           ^',
  ],
  [
    "an escape sequence in a comment",
    "# \x1b[31m",
    '1:3: control character "\\x1b" in a comment\n  # \ufffd[31m\n    ^',
  ],
  [
    "a turned direction of writing",
    '[network]\nmode = "\u202eno"',
    '2:1: network.mode must be "list", "off" or "open", not "\\u{202e}no"\n  mode = "\ufffdno"\n  ^',
  ],
  [
    "an escape sequence as a key",
    '"\\u001b[31m" = 1',
    '1:1: unknown key "\\x1b[31m" at the top level; expected "bottle", "template", "env", "secrets", "mounts", "provision", "hooks", "session", "notify", "network", "kubernetes", "agents" or "profiles"\n  "\\u001b[31m" = ...\n  ^',
  ],
  [
    "deep nesting",
    `a = ${"[".repeat(2000)}`,
    `1:1005: values are nested too deeply\n  ...${"[".repeat(150)}...\n  ${" ".repeat(53)}^`,
  ],
  [
    "a long line is shown in part",
    `bottle = { image = "./${"a".repeat(100)}", cpus = 99, user = "${"b".repeat(100)}" }`.replace("bbb", "BBB"),
    `1:126: ${cpus}\n  ...${"a".repeat(47)}", cpus = 99, user = "BBB${"b".repeat(78)}...\n  ${" ".repeat(53)}^\nand 1 more problem`,
  ],
])("%s", (_, toml, message) => expect(complaint(toml)).toBe(`bottle.toml:${message}`));

test("the name of the file is shown without what a terminal would obey", () => {
  expect(() => parse("x", "a\x1b[31m.toml")).toThrow("a\\x1b[31m.toml:1:1: ");
});

test("secrets of a manifest do not get into a message, whatever is wrong with it", () => {
  const good =
    '[bottle]\ncpus = 2\n[env]\nA = "s3cret"\nB = """\ns3cret\n"""\n[agents.claude]\nenv = { C = "s3cret", D = \'s3cret\' }\n';
  const signs = ['"', "'", "[", "]", "{", "}", "=", ",", "\n", "\\", "#", "1 = 1\n", '"""', "\x1b", ""];
  for (let at = good.indexOf("[env]"); at <= good.length; at++)
    for (const sign of signs) {
      expect(complaint(good.slice(0, at) + sign + good.slice(at))).not.toMatch(/^[^a].*s3cret/s);
      expect(complaint(good.slice(0, at) + sign + good.slice(at + 1))).not.toMatch(/^[^a].*s3cret/s);
    }
});

const size = 63 * 1024;
const many = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join("\n");

test.each([
  ["a mebibyte of junk", "x".repeat(1 << 20)],
  ["brackets", "[".repeat(size)],
  ["quotes", '"'.repeat(size)],
  ["carriage returns", "\r".repeat(size)],
  ["a key of a thousand parts", `${"a.".repeat(size / 2)}a = 1`],
  ["one long key", `${"a".repeat(size)} = 1`],
  ["one long image", `[bottle]\nimage = "${"a-".repeat(size / 2 - 20)} "`],
  ["one long host", `[network]\nhosts = ["${"a.".repeat(size / 2 - 20)} "]`],
  ["nested arrays", `a = ${"[".repeat(900)}${"]".repeat(900)}`],
  ["nested tables", `a = ${"{ a = ".repeat(900)}1${" }".repeat(900)}`],
  ["unknown keys", many(5000, (index) => `k${index} = 1`)],
  ["wrong variables", `[env]\n${many(5000, (index) => `k${index} = 1`)}`],
  ["wrong hosts", `[network]\nhosts = [${"'a b',".repeat(5000)}]`],
])("%s of 64 KiB are refused in one short message", (_, toml) => {
  const message = complaint(toml);
  expect(message).toStartWith("bottle.toml:");
  expect(message.length).toBeLessThan(500);
  expect(message.split("\n").length).toBeLessThanOrEqual(4);
});

test("a secret that somebody wrote into the file does not get into a message", () => {
  for (const toml of [
    '[secrets]\nA = "s3cret"',
    'secrets.A = "s3cret"',
    "[secrets]\nA = s3cret",
    '[secrets]\nA = "s3cret',
    'secrets = { A = "s3cret" }',
    '[secrets.A]\nvalue = "s3cret"',
    'secrets = "s3cret"',
  ])
    expect(complaint(toml)).toMatch(/^bottle.toml:(?!.*s3cret)/s);
});
