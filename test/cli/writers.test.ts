// Several of our processes that change one bottle at once.
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { Home, isRunning, until } from "../support/tool.ts";

const image = '[bottle]\nimage = "/images/claude"\n';
const waiting = 'claude-bottle: waiting for another claude-bottle to finish with bottle "cb-BOTTLE"\n';
const hostsOf = (home: Home): string[] => {
  using db = new Database(`${home.directory}/state/claude-bottle/ledger.db`);
  const { plan } = db.query<{ plan: string }, []>("select plan from bottles").get() ?? { plan: "{}" };
  return JSON.parse(plan).network.hosts;
};

/** Waits until it has printed that it waits for the lock; gives its outcome. */
async function waitingOne(home: Home, args: readonly string[]) {
  const child = home.start(args);
  const waits = Promise.withResolvers<void>();
  const all = (async () => {
    let text = "";
    for await (const bytes of child.stderr) {
      text += new TextDecoder().decode(bytes);
      if (home.plain(text).includes(waiting)) waits.resolve();
    }
    waits.reject(new Error(`never waited: ${text}`));
    return text;
  })();
  await waits.promise;
  return { outcome: async () => ({ stderr: home.plain(await all), code: await child.exited }) };
}

test("two allows at once both keep their host", async () => {
  using home = new Home();
  await home.run(["exec", "--", "true"]);
  const env = { FAKE_SMOLVM_DELAY_update: "200" };
  const said = await Promise.all(["a.example", "b.example"].map((host) => home.run(["allow", host], { env })));
  expect(said.map(({ code }) => code)).toEqual([0, 0]);
  expect(hostsOf(home)).toEqual(expect.arrayContaining(["a.example", "b.example"]));
  const last = home.calls().findLast(([, verb]) => verb === "update");
  expect(last).toEqual(expect.arrayContaining(["a.example", "b.example"]));
}, 20_000);

test("a host that is opened during a long provisioning stays open", async () => {
  using home = new Home();
  await home.run(["exec", "--", "true"]);
  home.manifest(`${image}[[provision.commands]]\nrun = "touch begun; while [ ! -e go ]; do sleep 0.02; done"\n`);
  const { hash } = JSON.parse((await home.run(["trust", "--json"])).stdout) as { hash?: string };
  if (hash !== undefined) await home.run(["trust", "--accept", hash]);
  const provisioned = home.start(["exec", "--", "true"]);
  await until(() => existsSync(`${home.project}/begun`));
  const allowed = await waitingOne(home, ["allow", "a.example"]);
  writeFileSync(`${home.project}/go`, "");
  expect(await home.finish(provisioned)).toMatchObject({ code: 0 });
  expect(await allowed.outcome()).toMatchObject({ code: 0 });
  expect(hostsOf(home)).toContain("a.example");
}, 20_000);

test("rm during another process's start waits for it, and does not pull the bottle from under its session", async () => {
  using home = new Home();
  const go = `${home.directory}/go`;
  const work = ["exec", "--", "sh", "-c", "echo at work; while [ ! -e done ]; do sleep 0.02; done"];
  const session = home.start(work, { env: { FAKE_SMOLVM_DELAY_start: go } });
  await until(() => home.verbs().includes("start"));
  const removal = await waitingOne(home, ["rm"]);
  expect(home.verbs()).not.toContain("delete");
  writeFileSync(go, "");
  const { stderr, code } = await removal.outcome();
  // Between the start and its session the bottle is free: then it goes, and the session makes it again.
  if (code !== 0) expect(stderr).toContain('bottle "cb-BOTTLE" has 1 running session');
  writeFileSync(`${home.project}/done`, "");
  expect(await home.finish(session)).toMatchObject({ stdout: "at work\n", code: 0 });
}, 20_000);

test("no command takes another process for the machine whose pid it has", async () => {
  using home = new Home();
  await home.run(["exec", "--", "true"]);
  await home.crash();
  // As if the kernel had given the machine's pid to another process.
  const stranger = Bun.spawn(["sleep", "1000"]);
  try {
    using db = new Database(`${home.directory}/state/claude-bottle/ledger.db`);
    db.run("update bottles set machine_pid = ?, machine_started = 'long ago'", [stranger.pid]);
    await home.run(["allow", "a.example"]);
    home.manifest(`${image}[network]\nhosts = ["b.example"]\n`);
    await home.run(["allow", "c.example"]);
    expect(await home.run(["rm", "--force"])).toMatchObject({ code: 0 });
    expect(isRunning(stranger.pid)).toBe(true);
  } finally {
    stranger.kill();
    await stranger.exited;
  }
});

test("a stop leaves a bottle alone that another process has removed meanwhile", async () => {
  using home = new Home();
  await home.run(["exec", "--", "true"]);
  const go = `${home.directory}/go`;
  const removal = home.start(["rm", "--force"], { env: { FAKE_SMOLVM_DELAY_stop: go } });
  await until(() => home.verbs().includes("stop"));
  const stop = await waitingOne(home, ["stop"]);
  writeFileSync(go, "");
  expect(await home.finish(removal)).toMatchObject({ code: 0 });
  expect(await stop.outcome()).toEqual({
    stderr: `${waiting}claude-bottle: "~/home/project" has no bottle\n`,
    code: 0,
  });
}, 20_000);
