import { expect, test } from "bun:test";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { Home, says } from "../support/tool.ts";

const updates = (home: Home) =>
  home
    .calls()
    .filter(([, verb]) => verb === "update")
    .map((call) => call.filter((_, index) => /^--allow/.test(call[index - 1] ?? "")).join(" "));

const claude = "api.anthropic.com claude.ai claude.com platform.claude.com";

test("allow opens a host to the bottle as it runs, once", async () => {
  using home = new Home();
  await home.run(["exec", "--", "true"]);
  expect(await home.run(["allow", "Docs.Example.ORG"])).toEqual({
    stdout: "",
    stderr: 'claude-bottle: bottle "cb-BOTTLE" may reach "docs.example.org"\n',
    code: 0,
  });
  expect((await home.run(["allow", "10.1.2.3"])).code).toBe(0);
  expect((await home.run(["allow", "10.1.2.3"])).code).toBe(0);
  expect(updates(home)).toEqual([
    "api.anthropic.com claude.ai claude.com docs.example.org platform.claude.com",
    "10.1.2.3/32 api.anthropic.com claude.ai claude.com docs.example.org platform.claude.com",
  ]);
  expect(await home.run(["exec", "--", "true"])).toEqual({ stdout: "", stderr: "", code: 0 });
});

test("allow --project writes bottle.toml, and the trust that there was stays", async () => {
  using home = new Home();
  home.manifest('[bottle]\nimage = "/images/claude"\n\n[network] # ours\nmode = "list"\n');
  await home.run(["exec", "--", "true"]);
  expect((await home.run(["allow", "docs.example.org", "--project"])).stderr).toBe(
    'claude-bottle: bottle "cb-BOTTLE" may reach "docs.example.org", added to "~/home/project/bottle.toml"\n',
  );
  expect(readFileSync(`${home.project}/bottle.toml`, "utf8")).toBe(
    '[bottle]\nimage = "/images/claude"\n\n[network] # ours\nhosts = ["docs.example.org"]\nmode = "list"\n',
  );
  expect(await home.run(["exec", "--", "true"])).toEqual({ stdout: "", stderr: "", code: 0 });
});

test("a host that was allowed in a file is closed by taking it out again; one of the bottle's own stays", async () => {
  using home = new Home();
  await home.run(["exec", "--", "true"]);
  await home.run(["allow", "own.example.org"]);
  await home.run(["allow", "docs.example.org", "--project"]);
  home.manifest('[bottle]\nimage = "/images/claude"\n');
  expect((await home.run(["exec", "--", "true"])).stderr).toBe(
    'claude-bottle: updated the allowed hosts of bottle "cb-BOTTLE": -docs.example.org\n',
  );
});

test("allow --project gives no trust to what was not trusted before", async () => {
  using home = new Home();
  await home.run(["exec", "--", "true"]);
  home.manifest('[bottle]\nimage = "/images/claude"\n[network]\nhosts = ["evil.example"]\n');
  await home.run(["allow", "docs.example.org", "--project"]);
  expect((await home.run(["exec", "--", "true"])).stderr).toContain(
    "asks for 2 permissions that you have not approved",
  );
});

test("allow --always writes the user's own file", async () => {
  using home = new Home();
  await home.run(["exec", "--", "true"]);
  expect((await home.run(["allow", "*.corp.example", "--always"])).code).toBe(0);
  expect(readFileSync(`${home.directory}/home/.config/claude-bottle/config.toml`, "utf8")).toBe(
    'bottle.backend = "smolvm"\n\n[network]\nhosts = ["*.corp.example"]\n',
  );
  expect(updates(home)).toEqual([`*.corp.example ${claude}`]);
  expect(await home.run(["exec", "--", "true"])).toEqual({ stdout: "", stderr: "", code: 0 });
});

test("a host that is written for a bottle without a network waits for the next one, and that is said", async () => {
  using home = new Home();
  home.manifest('[bottle]\nimage = "/images/claude"\n[network]\nmode = "off"\n');
  await home.run(["exec", "--", "true"]);
  const none = 'claude-bottle: bottle "cb-BOTTLE" has no network';
  const written = '; "~/home/project/bottle.toml" lists "x.example" for the next one';
  const hint = "\n  claude-bottle run --fresh --network list\n";
  expect(await home.run(["allow", "x.example"])).toEqual({ stdout: "", stderr: none + hint, code: 1 });
  expect((await home.run(["allow", "x.example", "--project"])).stderr).toBe(none + written + hint);
});

test("a bottle.toml that is a link is not written through", async () => {
  using home = new Home();
  await home.run(["exec", "--", "true"]);
  writeFileSync(`${home.directory}/other.toml`, readFileSync(`${home.project}/bottle.toml`));
  Bun.spawnSync(["rm", `${home.project}/bottle.toml`]);
  symlinkSync(`${home.directory}/other.toml`, `${home.project}/bottle.toml`);
  expect(await home.run(["allow", "docs.example.org", "--project"])).toMatchObject({
    stderr: expect.stringContaining("is a symlink that leads out of the project"),
    code: 1,
  });
  expect(readFileSync(`${home.directory}/other.toml`, "utf8")).not.toContain("docs");
});

test.each([
  [
    ["allow", "https://x.example"],
    ["scheme, port or path", '"https://x.example"'],
  ],
  [
    ["allow", "0.0.0.0/0"],
    ['mode = "open"', '"0.0.0.0/0"'],
  ],
  [["allow", "x.example", "--project", "--always"], ["--session, --project and --always"]],
])("%p is refused", async (words, message) => {
  using home = new Home();
  const { stderr, code } = await home.run(words);
  expect([stderr, code]).toEqual([says(...message), 2]);
  expect(home.verbs()).toEqual([]);
});

test("ls --denied tells each target once, with how often and when", async () => {
  using home = new Home();
  await home.run(["exec", "--", "true"]);
  expect((await home.run(["ls", "--denied"])).stderr).toBe("claude-bottle: no bottle was denied a host\n");
  const events = [
    { timestamp: "2026-11-24T10:00:00Z", operation: "resolve", dest: "evil.example" },
    { timestamp: "2026-11-24T11:00:00Z", operation: "connect", dest: "10.0.0.1:22" },
    { timestamp: "2026-11-24T12:00:00Z", operation: "resolve", dest: "evil.example" },
  ];
  writeFileSync(`${home.smolvm}/denied`, JSON.stringify(events));
  const { stdout } = await home.run(["ls", "--denied", "--json"]);
  expect(JSON.parse(stdout)).toEqual([
    { bottle: "cb-BOTTLE", target: "10.0.0.1:22", times: 1, last: "2026-11-24T11:00:00Z", allowed: false },
    { bottle: "cb-BOTTLE", target: "evil.example", times: 2, last: "2026-11-24T12:00:00Z", allowed: false },
  ]);
});

test("a host is opened to no bottle that is not there, and that is said", async () => {
  using home = new Home();
  expect(await home.run(["allow", "x.example"])).toEqual({
    stdout: "",
    stderr: says('"~/home/project"', "claude-bottle allow x.example --project"),
    code: 1,
  });
  expect((await home.run(["allow", "x.example", "--project"])).stderr).toEqual(
    says('"x.example"', '"~/home/project/bottle.toml"'),
  );
});
