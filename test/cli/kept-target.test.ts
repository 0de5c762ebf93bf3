import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { Home, tool, until } from "../support/tool.ts";

// From source the program is many files, any of which may have changed: only the compiled one keeps what it worked out.
const isSource = tool.length > 1;

const exec = (home: Home, env: Record<string, string> = {}) => home.run(["exec", "--", "true"], { env });
const differs = (what: string) => ({
  code: 0,
  stdout: "",
  stderr: expect.stringContaining(`different settings (${what})`),
});

/** Runs exec until what it worked out is kept: that takes until its files have not changed for two seconds. */
const kept = (home: Home) =>
  until(async () => {
    expect((await exec(home)).code).toBe(0);
    const directory = `${home.directory}/state/claude-bottle/resolved`;
    const [file] = existsSync(directory) ? readdirSync(directory) : [];
    return file && `${directory}/${file}`;
  });

describe.skipIf(isSource)(`what exec has worked out${isSource ? " (skipped: TOOL_BIN is not set)" : ""}`, () => {
  test.concurrent("is taken the next time, until an input changes", async () => {
    using home = new Home();
    const file = await kept(home);
    writeFileSync(file, readFileSync(file, "utf8").replace('"cpus":2', '"cpus":3'));
    expect(await exec(home)).toEqual(differs("cpus"));
    expect(await exec(home, { ANTHROPIC_API_KEY: "sk-ant-api-1" })).toEqual(differs("credentials"));
    expect(readFileSync(file, "utf8")).not.toContain("sk-ant-api-1");
    home.settings('bottle.backend = "smolvm"\nbottle.memory = "1G"\n');
    expect(await exec(home)).toEqual(differs("memory"));
    home.settings('bottle.backend = "smolvm"\n');
    home.manifest('[bottle]\nimage = "/images/other"\n');
    expect(await exec(home)).toEqual(differs("image"));
  });

  test.concurrent("is not taken where the trust was withdrawn", async () => {
    using home = new Home();
    mkdirSync(`${home.directory}/home/shared`);
    home.manifest('[bottle]\nimage = "/images/claude"\n[[mounts]]\nsource = "~/shared"\nmode = "rw"\n');
    const { hash } = JSON.parse((await home.run(["trust", "--json"])).stdout);
    await home.run(["trust", "--accept", hash]);
    await kept(home);
    expect((await home.run(["trust", "--revoke"])).code).toBe(0);
    expect((await exec(home)).code).toBe(1);
  });

  test.concurrent("is not taken where the bottle was removed", async () => {
    using home = new Home();
    await kept(home);
    expect((await home.run(["rm", "--force"])).code).toBe(0);
    await exec(home);
    expect(home.verbs().filter((verb) => verb === "create")).toHaveLength(2);
  });
});
