import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"; // prettier-ignore
import { tmpdir } from "node:os";
import script from "./claude-home.sh" with { type: "text" };
import { claudeHome } from "./claude-home.ts";
import { claudeHomeArgv } from "./guest.ts";

const claude = claudeHome({ directory: "/home/ann/shop" });
const [config, settings] = [".claude.json", ".claude/settings.json"];

let home: string;
beforeEach(() => void (home = mkdtempSync(`${tmpdir()}/guest-`)));
afterEach(() => rmSync(home, { recursive: true }));

function prepare(env: Record<string, string> = {}): void {
  const { exitCode, stderr } = Bun.spawnSync(claudeHomeArgv(home, claude), { env: { PATH: "/usr/bin:/bin", ...env } });
  expect([stderr.toString(), exitCode]).toEqual(["", 0]);
}
const read = (file: string) => readFileSync(`${home}/${file}`, "utf8");

test("Claude's questions are answered, for the user alone", () => {
  prepare();
  expect([read(config), read(settings)]).toEqual([`${claude.config}\n`, `${claude.settings}\n`]);
  expect([config, settings].map((file) => statSync(`${home}/${file}`).mode & 0o777)).toEqual([0o600, 0o600]);
});

test("what Claude has made of them stays", () => {
  prepare();
  for (const file of [config, settings]) writeFileSync(`${home}/${file}`, '{"its": "own"}');
  prepare();
  expect([read(config), read(settings)]).toEqual(['{"its": "own"}', '{"its": "own"}']);
});

test("a file that a crash has left empty is written again", () => {
  prepare();
  for (const file of [config, settings]) writeFileSync(`${home}/${file}`, "");
  prepare();
  expect([read(config), read(settings)]).toEqual([`${claude.config}\n`, `${claude.settings}\n`]);
});

test("keys are approved by their ends, each once, whatever they hold", () => {
  const approved = () => JSON.parse(read(config)).customApiKeyResponses.approved;
  for (const key of [
    "sk-ant-the-first-key-0123456789",
    "sk-ant-another-key-9876543210",
    "sk-ant-another-key-9876543210",
  ])
    prepare({ ANTHROPIC_API_KEY: key });
  expect(approved()).toEqual(["nother-key-9876543210", "first-key-0123456789"].map((end) => end.slice(-20)));
  prepare({ ANTHROPIC_API_KEY: 'sk-ant-"],"x":["0123456' });
  expect(approved()).toHaveLength(2);
});

describe("what the host says anew at each start", () => {
  const place = ".config/claude-bottle";
  const prepareWith = (words: { certificates?: string; knownHosts?: string }) => {
    const argv = claudeHomeArgv(home, claudeHome({ directory: "/home/ann/shop", ...words }));
    expect(Bun.spawnSync(argv, { env: { PATH: "/usr/bin:/bin" } }).exitCode).toBe(0);
  };

  test("its certificates stand alone, and behind those of the bottle", () => {
    prepareWith({ certificates: "ONE" });
    expect(read(`${place}/extra-certificates.pem`)).toBe("ONE");
    expect(read(`${place}/certificates.pem`)).toEndWith("ONE");
    prepareWith({ certificates: "OTHER" });
    expect(read(`${place}/certificates.pem`)).toEndWith("OTHER");
  });

  test("the servers that its ssh knows are added once, and those that the bottle has met stay", () => {
    mkdirSync(`${home}/.ssh`);
    writeFileSync(`${home}/.ssh/known_hosts`, "met key\n");
    for (const _ of [1, 2]) prepareWith({ knownHosts: "a.example key\nb.example key" });
    expect(read(".ssh/known_hosts")).toBe("met key\na.example key\nb.example key\n");
  });

  test("no link leads it elsewhere", () => {
    const outside = mkdtempSync(`${tmpdir()}/guest-outside-`);
    symlinkSync(outside, `${home}/.ssh`);
    symlinkSync(outside, `${home}/.config`);
    prepareWith({ certificates: "ONE", knownHosts: "a.example key" });
    expect(readdirSync(outside)).toEqual([]);
    rmSync(outside, { recursive: true });
  });
});

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log("a home that root prepares is skipped: the tests do not run as root");

describe.skipIf(!isRoot)("root, in a home of somebody else", () => {
  const key = { ANTHROPIC_API_KEY: "sk-ant-the-first-key-0123456789" };
  const prepareFor = (uid: number) => {
    const argv = ["/bin/sh", "-c", script, "sh", home, claude.config, claude.settings, `${uid}:${uid}`];
    const { exitCode, stderr } = Bun.spawnSync(argv, { env: { PATH: "/usr/bin:/bin", ...key }, timeout: 10_000 });
    expect([stderr.toString(), exitCode]).toEqual(["", 0]);
  };
  const ownerOf = (path: string) => statSync(path).uid;

  test("gives its user what it makes there, and what an image had put there", () => {
    mkdirSync(`${home}/.claude`);
    writeFileSync(`${home}/${settings}`, "{}");
    prepareFor(1234);
    expect([".", ".claude", config, settings].map((name) => ownerOf(`${home}/${name}`))).toEqual(Array(4).fill(1234));
  });

  test("goes where no link of a session's leads, and gives away no file of two names", () => {
    const elsewhere = `${home}/of-root`;
    mkdirSync(elsewhere);
    const text = '{"approved": []}';
    writeFileSync(`${elsewhere}/file`, text, { mode: 0o600 });
    symlinkSync(elsewhere, `${home}/.claude`);
    for (const put of [symlinkSync, linkSync]) {
      put(`${elsewhere}/file`, `${home}/${config}`);
      prepareFor(1234);
      expect([ownerOf(elsewhere), readdirSync(elsewhere), ownerOf(`${elsewhere}/file`)]).toEqual([0, ["file"], 0]);
      expect(readFileSync(`${elsewhere}/file`, "utf8")).toBe(text);
      rmSync(`${home}/${config}`);
    }
    rmSync(`${home}/.claude`);
    Bun.spawnSync(["mkfifo", `${home}/${config}`]);
    prepareFor(1234);
  });
});

describe("git's settings of the host", () => {
  const withGit = (git: { config: string; ignore?: string }) => {
    const argv = claudeHomeArgv(home, claudeHome({ directory: "/shop", git }));
    expect(Bun.spawnSync(argv, { env: { PATH: "/usr/bin:/bin" } }).exitCode).toBe(0);
  };
  const files = ".config/claude-bottle/git";

  test("are replaced at each start, and read by git", () => {
    withGit({ config: '[user]\n\tname = "Ada"\n', ignore: ".envrc\n" });
    const ask = (key: string) =>
      Bun.spawnSync(["git", "config", "--includes", "--file", `${home}/${files}/config`, "--type=path", key], {
        env: { HOME: home, PATH: "/usr/bin:/bin" },
      }).stdout.toString();
    expect([ask("user.name"), ask("core.excludesFile")]).toEqual(["Ada\n", `${home}/${files}/ignore\n`]);
    expect(read(`${files}/ignore`)).toBe(".envrc\n");
    withGit({ config: '[user]\n\tname = "Bob"\n' });
    expect(ask("user.name")).toBe("Bob\n");
    expect(readdirSync(`${home}/${files}`)).toEqual(["config"]);
  });

  test("are written through no link, and a file in the way stops no start", () => {
    mkdirSync(`${home}/elsewhere`);
    symlinkSync(`${home}/elsewhere`, `${home}/.config`);
    withGit({ config: "x" });
    expect(readdirSync(`${home}/elsewhere`)).toEqual([]);
    rmSync(`${home}/.config`);
    writeFileSync(`${home}/.config`, "mine");
    withGit({ config: "x" });
    expect(read(".config")).toBe("mine");
    rmSync(`${home}/.config`);
    mkdirSync(`${home}/${files}`, { recursive: true });
    symlinkSync(`${home}/elsewhere/made`, `${home}/${files}/config`);
    withGit({ config: "x" });
    expect(readdirSync(`${home}/elsewhere`)).toEqual([]);
  });
});
