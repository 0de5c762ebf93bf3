import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { Home, until } from "../support/tool.ts";

setDefaultTimeout(60_000);

const base = "docker.io/library/node:22-bookworm-slim";
const title = "claude-bottle: building the template with smolvm, once for all bottles\n";
const building = `${title}claude-bottle: template 1/4: base image ${base}\n`;
const saving = "claude-bottle: template 4/4: saving\n";
const buildingMore = building.replace("/4", "/5");
const settingUp = "claude-bottle: template 4/5: setup commands\n";
const savingMore = "claude-bottle: template 5/5: saving\n";
const log = (...lines: string[]) =>
  [...lines, "the whole output: ~/state/claude-bottle/logs/template.log"].map((line) => `  ${line}\n`).join("");
const making = `claude-bottle: creating bottle "cb-BOTTLE" (smolvm, 2 cpus, 4096 MiB) from the template\nclaude-bottle: starting bottle "cb-BOTTLE"\n`;
const ran = (...said: string[]) => ({ stdout: "ran\n", stderr: said.join(""), code: 0 });
const echo = ["exec", "--", "echo", "ran"];

/** A home whose project names no image. */
function bare(): Home {
  const home = new Home();
  home.manifest("");
  return home;
}

/** A second project of that home. */
function second(home: Home): { cwd: string } {
  const cwd = `${home.directory}/home/second`;
  mkdirSync(cwd, { recursive: true });
  return { cwd };
}

const templates = (home: Home) => {
  try {
    return readdirSync(`${home.directory}/home/.cache/claude-bottle/smolvm`);
  } catch {
    return [];
  }
};
const names = (home: Home) => home.machines().map(({ name }) => name.replace(/[0-9a-f]{10,12}$/, "HASH"));
/** Commands in the builder count once: a machine with certificates of its own brings them first. */
const steps = (home: Home) =>
  home
    .calls()
    .map(([group, verb, ...words]) => {
      const name = words[words.indexOf(words.includes("--from-vm") ? "--from-vm" : "--name") + 1] ?? "";
      return `${group === "pack" ? "pack " : ""}${verb} ${name.startsWith("cb-") ? "bottle" : "builder"}`;
    })
    .filter((step, at, all) => step !== "exec builder" || all[at - 1] !== step);

test("the first bottle without an image builds the template, and the next one installs nothing", async () => {
  using home = bare();
  expect(await home.run(echo)).toEqual(ran(building, saving, making));
  expect(steps(home)).toEqual([
    "status bottle",
    ...["stop", "delete", "create", "start", "exec", "stop"].map((verb) => `${verb} builder`),
    "pack create builder",
    ...["stop", "delete"].map((verb) => `${verb} builder`),
    ...["create", "start", "exec", "exec"].map((verb) => `${verb} bottle`),
  ]);
  expect(names(home)).toEqual(["cb-project-HASH"]);
  const builder = home.calls().find(([, verb]) => verb === "create") ?? [];
  expect(builder.map((word) => word.replace(/[0-9a-f]{12}$/, "HASH"))).toEqual([
    "machine", "create", "--error-format", "json", "--name", "claude-bottle-template-HASH", "--cpus", "2", "--mem", "4096",
    "--image", base, "--label", "claude-bottle.template=HASH", "--net",
  ]); // prettier-ignore
  expect(await home.run(echo, second(home))).toEqual(ran(making));
  expect(steps(home).filter((step) => step === "pack create builder")).toHaveLength(1);
});

test("a build that a proxy stands before goes through it", async () => {
  using home = bare();
  await home.run(echo, { env: { HTTPS_PROXY: "", HTTP_PROXY: "http://user:secret@proxy.example" } });
  const builder = home.calls().find(([, verb]) => verb === "create") ?? [];
  expect(builder.slice(-2)).toEqual(["--net", "--use-host-proxy"]);
});

test("the user's own commands follow ours, and make another template", async () => {
  using home = bare();
  home.settings(`bottle.backend = "smolvm"\n[template]\nsetup = '''echo "it's set up" >&2'''\n`);
  expect(await home.run(echo)).toEqual(ran(buildingMore, settingUp, savingMore, making));
  home.settings(`bottle.backend = "smolvm"\n`);
  expect(await home.run(echo, second(home))).toEqual(ran(building, saving, making));
  expect(templates(home)).toHaveLength(2);
});

test.each([
  ["commands that fail", "echo oh no >&2; exit 3", {}, [buildingMore, settingUp, `claude-bottle: smolvm could not build the template from ${base}\n`, log("claude-bottle step 4: setup commands", "oh no"), "  [template] in bottle.toml sets what it is built from\n"]],
  ["no network", "", { FAKE_SMOLVM_FAIL_start: "agent operation failed: pull image: no route to host" }, [building, `claude-bottle: cannot build the template from ${base}: smolvm says: agent operation failed: pull image: no route to host\n`]],
  ["a full disk", "", { FAKE_SMOLVM_FAIL_pack_create: "No space left on device (os error 28)" }, [building, saving, `claude-bottle: cannot build the template from ${base}: no space left on device\n  free some disk space, for example by claude-bottle rm\n`]],
] as const)("%s: one clear line, and nothing is left", async (_, setup, env, said) => {
  using home = bare();
  home.settings(`bottle.backend = "smolvm"\n${setup && `[template]\nsetup = "${setup}"\n`}`);
  expect(await home.run(echo, { env })).toEqual({ stdout: "", stderr: said.join(""), code: 1 });
  expect([home.machines(), templates(home)]).toEqual([[], []]);
}); // prettier-ignore

test("a machine that cannot be removed hides no reason, and is left to gc", async () => {
  using home = bare();
  home.settings(`bottle.backend = "smolvm"\n[template]\nsetup = "exit 3"\n`);
  const { stderr, code } = await home.run(echo, { env: { FAKE_SMOLVM_FAIL_delete: "busy" } });
  expect([stderr.includes(`\nclaude-bottle: smolvm could not build the template from ${base}\n`), code]).toEqual([
    true,
    1,
  ]);
  expect((await home.run(["gc", "--yes"])).stdout).toMatch(/^machine +claude-bottle-template-/m);
  expect(home.machines()).toEqual([]);
});

test.each(["create", "start", "exec"])("an interrupt in %s leaves nothing", async (verb) => {
  using home = bare();
  const child = home.start(echo, { env: { [`FAKE_SMOLVM_DELAY_${verb}`]: `${home.directory}/never` } });
  await until(() => steps(home).includes(`${verb} builder`));
  child.kill("SIGINT");
  const { stderr, code } = await home.finish(child);
  expect([stderr.split("\n").at(-2), code]).toEqual(["claude-bottle: interrupted", 130]);
  expect([home.machines(), templates(home)]).toEqual([[], []]);
});

test("an interrupt while it is saved comes after that", async () => {
  using home = bare();
  const go = `${home.directory}/go`;
  const child = home.start(echo, { env: { FAKE_SMOLVM_DELAY_pack_create: go } });
  await until(() => steps(home).includes("pack create builder"));
  child.kill("SIGINT");
  writeFileSync(go, "");
  expect(await home.finish(child)).toEqual({
    stdout: "",
    stderr: `${building}${saving}claude-bottle: interrupted\n`,
    code: 130,
  });
  expect([home.machines(), templates(home)]).toEqual([[], [expect.stringMatching(/^claude-bottle-template-/)]]);
});

test("what a killed build left is shown by gc, and goes with it or with the next build", async () => {
  using home = bare();
  const killed = async () => {
    const builds = () => steps(home).filter((step) => step === "pack create builder").length;
    const before = builds();
    const child = home.start(echo, { env: { FAKE_SMOLVM_DELAY_pack_create: `${home.directory}/never` } });
    await until(() => builds() > before);
    child.kill("SIGKILL");
    await child.exited;
    for (const { pid, words } of home.processes()) if (words.includes("pack")) process.kill(pid, "SIGKILL");
  };
  await killed();
  expect((await home.run(["ls"])).stdout).toBe("");
  const left = [
    /^machine +claude-bottle-template-\w+ +its build did not end +smolvm machine delete --error-format json --name claude-bottle-template-\w+ -f$/m,
    /^directory +~\/home\/.cache\/claude-bottle\/smolvm\/.building-\w+ +its build did not end +rm -rf ~\/home\/.cache\/claude-bottle\/smolvm\/.building-\w+$/m,
  ];
  const { stdout } = await home.run(["gc", "--yes"]);
  for (const line of left) expect(stdout).toMatch(line);
  expect([home.machines(), templates(home)]).toEqual([[], []]);
  await killed();
  expect(await home.run(echo)).toEqual(ran(building, saving, making));
  expect(names(home)).toEqual(["cb-project-HASH"]);
});

test("a template of which a crash left the name alone is built again", async () => {
  using home = bare();
  await home.run(echo);
  await home.run(["rm"]);
  const [file = ""] = templates(home);
  writeFileSync(`${home.directory}/home/.cache/claude-bottle/smolvm/${file}`, "");
  expect(await home.run(echo)).toEqual(ran(building, saving, making));
  expect(templates(home)).toEqual([file]);
});

test("two builds at once are one", async () => {
  using home = bare();
  const go = `${home.directory}/go`;
  const first = home.start(echo, { env: { FAKE_SMOLVM_DELAY_pack_create: go } });
  await until(() => steps(home).includes("pack create builder"));
  const other = home.start(echo, second(home));
  const says = new Response(other.stderr).text();
  await until(() => home.processes().some(({ pid }) => pid === other.pid));
  expect((await home.run(["gc"])).stdout).not.toContain("template");
  writeFileSync(go, "");
  expect(await home.finish(first)).toEqual(ran(building, saving, making));
  expect([home.plain(await says), await other.exited]).toEqual([
    `claude-bottle: waiting for another claude-bottle to build the template\n${making}`,
    0,
  ]);
});

test("gc removes the templates of other recipes that no bottle is made from", async () => {
  using home = bare();
  home.settings(`bottle.backend = "smolvm"\n[template]\nclaude = "2.1.300"\n`);
  await home.run(echo);
  expect(await home.run(["gc"])).toEqual({
    stdout: "",
    stderr: "claude-bottle: there is nothing to remove\n",
    code: 0,
  });
  await home.run(["rm"]);
  home.settings(`bottle.backend = "smolvm"\n`);
  await home.run(echo);
  const { stdout } = await home.run(["gc", "--yes"]);
  expect(stdout).toMatch(/^image +~\S+\.smolmachine +no bottle is made from it +rm ~\S+\.smolmachine && smolvm pack prune --error-format json --all$/m); // prettier-ignore
  expect(home.verbs().at(-1)).toBe("pack");
  expect(templates(home)).toHaveLength(1);
});

test("--dry-run prints what would build the template, and nothing of it once it is there", async () => {
  using home = bare();
  const shown = async () => (await home.run(["exec", "--dry-run", "--", "true"])).stdout.trim();
  const first = (await shown()).split(/\n(?=~\/bin\/smolvm )/).map((line) => line.split(" ").slice(1, 3).join(" "));
  expect(first).toEqual(["machine create", "machine start", "machine exec", "machine stop", "pack create", "machine delete", "machine create", "machine start", "machine exec", "machine exec"]); // prettier-ignore
  expect(home.machines()).toEqual([]);
  await home.run(echo);
  await home.run(["rm"]);
  expect((await shown()).split("\n")[0]).toMatch(/^~\/bin\/smolvm machine create --error-format json --name cb-BOTTLE --cpus 2 --mem 4096 --from ~\S+\.smolmachine /); // prettier-ignore
});
