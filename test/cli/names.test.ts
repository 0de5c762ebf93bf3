// What a person calls bottles by, and several of them at once, on the fake smolvm.
import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { Home } from "../support/tool.ts";

/** Bottles that run, of directories with these names. */
async function bottlesOf(home: Home, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const cwd = `${home.directory}/home/${name}`;
    mkdirSync(cwd);
    writeFileSync(`${cwd}/bottle.toml`, '[bottle]\nimage = "/images/claude"\n');
    expect((await home.run(["exec", "--", "true"], { cwd })).code).toBe(0);
  }
}
const states = (home: Home) =>
  home
    .machines()
    .map(({ name, state }) => `${name.slice(3, -11)} ${state}`)
    .sort();

test("bottles go by parts of their names, several at a time, and an unknown one does not keep the others", async () => {
  using home = new Home();
  await bottlesOf(home, ["shop", "shop-api", "docs"]);
  expect((await home.run(["exec", "--bottle", "api", "--", "pwd"])).stdout).toBe("~/home/shop-api\n");
  expect(await home.run(["stop", "sho"])).toMatchObject({
    stderr: expect.stringContaining('"sho" matches 2 names: '),
    code: 2,
  });
  const { stderr, code } = await home.run(["stop", "shop", "blog", "doc"]);
  expect([stderr, code]).toEqual([
    expect.stringContaining('claude-bottle: there is no bottle "blog"\n  claude-bottle ls lists the bottles\n'),
    1,
  ]);
  expect(states(home)).toEqual(
    ["docs stopped", "shop running", "shop-api running"].map((line) => line.replace("shop running", "shop stopped")),
  );
  expect(await home.run(["stop", "--all", "docs"])).toMatchObject({ code: 2 });
  expect(await home.run(["stop", "--all"])).toMatchObject({ stdout: "", code: 0 });
  expect(states(home)).toEqual(["docs stopped", "shop stopped", "shop-api stopped"]);
  expect((await home.run(["stop", "--all"])).stderr).toBe("claude-bottle: no bottle is running\n");
  expect(await home.run(["rm", "--force", "docs", "api"])).toMatchObject({ code: 0 });
  expect(states(home)).toEqual(["shop stopped"]);
}, 60_000);

test("who would lose conversations is told of --keep-claude", async () => {
  using home = new Home();
  await bottlesOf(home, ["shop"]);
  writeFileSync(
    `${home.smolvm}/inside`,
    "/home/nobody/.claude/projects/-shop/0a.jsonl\0/root/.claude/projects/-shop/0a.jsonl\0",
  );
  const cwd = `${home.directory}/home/shop`;
  for (const words of [["rm"], ["run", "--fresh", "--", "--version"]]) {
    const { stderr, code } = await home.run(words, { cwd, env: { ANTHROPIC_API_KEY: "x" } });
    expect([code, stderr]).toEqual([1, expect.stringContaining("for the next bottle: --keep-claude\n")]);
  }
  expect(await home.run(["run", "--keep-claude"], { cwd })).toMatchObject({ code: 2 });
});
