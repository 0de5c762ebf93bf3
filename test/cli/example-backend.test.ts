import { expect, test } from "bun:test";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { copyOfClone } from "../support/clone.ts";
import { Home } from "../support/tool.ts";

test("a backend is one directory and one line of the registry", async () => {
  using home = new Home();
  const clone = copyOfClone(`${home.directory}/clone`);
  mkdirSync(`${clone}/src/backends/example`);
  cpSync(`${clone}/test/support/example-backend.ts`, `${clone}/src/backends/example/index.ts`);
  edit(`${clone}/src/backends/example/index.ts`, (text) => text.replaceAll('"../../src/', '"../../'));
  edit(`${clone}/src/backends/registry.ts`, (text) =>
    text.replace(/^  smolvm: .*\n/m, '$&  example: async () => (await import("./example/index.ts")).example,\n'),
  );
  home.settings("[network]\nmode = 'open'\n[bottle]\nbackend = 'example'\n");
  home.manifest("");
  const run = async (...args: string[]) => {
    const child = Bun.spawn([process.execPath, `${clone}/src/main.ts`, ...args], { cwd: home.project, env: home.env, stdout: "pipe", stderr: "pipe" }); // prettier-ignore
    const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
    return { stdout: home.plain(stdout), stderr: home.plain(stderr), code: await child.exited };
  };
  expect(await run("exec", "--", "sh", "-c", "echo kept >~/kept; pwd; exit 3")).toEqual({
    stdout: "~/home/project\n",
    stderr: 'claude-bottle: creating bottle "cb-BOTTLE" (example)\nclaude-bottle: starting bottle "cb-BOTTLE"\n',
    code: 3,
  });
  expect(await run("exec", "--", "sh", "-c", "cat ~/kept")).toEqual({ stdout: "kept\n", stderr: "", code: 0 });
  expect((await run("ls")).stdout).toMatch(/^cb-BOTTLE +example +namespace +running/m);
  expect(await run("rm")).toEqual({ stdout: "", stderr: 'claude-bottle: removed bottle "cb-BOTTLE"\n', code: 0 });
}, 30_000);

const edit = (file: string, change: (text: string) => string) =>
  writeFileSync(file, change(readFileSync(file, "utf8")));
