// A server in a bottle with a network of its own answers on this machine's loopback, and nowhere else. Over bubblewrap.
import { expect, test } from "bun:test";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { kinds } from "../conformance/place.ts";
import { Home, until } from "../support/tool.ts";

const whyNot = Bun.which("python3")
  ? kinds.find(({ name }) => name.startsWith("bubblewrap as root"))?.whyNot
  : "python3 is not installed";
if (whyNot !== undefined) console.log(`ports of bubblewrap: skipped, ${whyNot}`);

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });

const fetchText = async (url: string) => {
  try {
    return await (await fetch(url, { signal: AbortSignal.timeout(5_000) })).text();
  } catch {
    return undefined;
  }
};

async function serving(): Promise<{ home: Home; inner: number }> {
  const home = new Home();
  home.settings('[bottle]\nbackend = "bubblewrap"\n[agents.claude]\ncommand = "sh"\nargs = ["-c"]\n');
  home.manifest("");
  const inner = await freePort();
  await Bun.write(`${home.project}/index.html`, "from the bottle\n");
  const start = `setsid python3 -m http.server ${inner} --bind 127.0.0.1 >/dev/null 2>&1 &`;
  expect((await home.run(["exec", "--", "sh", "-c", start])).code).toBe(0);
  return { home, inner };
}

test.skipIf(whyNot !== undefined)("a port opens, answers on both loopbacks and no other address, and closes with the bottle", async () => {
  const { home, inner } = await serving();
  using _ = home;
  const outer = await freePort();
  const child = home.start(["port", `${outer}:${inner}`]);
  const url = (host: string) => `http://${host}:${outer}/index.html`;
  expect(await until(() => fetchText(url("127.0.0.1")))).toBe("from the bottle\n");
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  if (all.some(({ address }) => address === "::1")) expect(await fetchText(url("[::1]"))).toBe("from the bottle\n");
  for (const { address } of all.filter(({ internal, family }) => !internal && family === "IPv4"))
    expect(await fetchText(url(address))).toBeUndefined();
  const listed = JSON.parse((await home.run(["port", "--json"])).stdout);
  expect(listed).toMatchObject([{ host: outer, bottle: inner, url: `http://127.0.0.1:${outer}` }]);
  expect(await home.run(["port", `${outer}:${inner}`])).toEqual({
    stdout: "",
    stderr: `claude-bottle: port ${outer} of this machine is in use\n  choose another one: claude-bottle port ${outer + 1}:${inner}\n`,
    code: 1,
  });
  expect((await home.run(["stop", "--force"])).code).toBe(0);
  expect((await home.finish(child)).code).toBe(0);
  expect(await fetchText(url("127.0.0.1"))).toBeUndefined();
  expect(JSON.parse((await home.run(["port", "--json"])).stdout)).toEqual([]);
  expect((await home.run(["port", String(inner)])).stderr).toMatch(/^claude-bottle: bottle "cb-BOTTLE" is not running\n/);
}, 60_000); // prettier-ignore

test.skipIf(whyNot !== undefined)("run opens the ports of the manifest and of --port, which outlive the session", async () => {
  const { home, inner } = await serving();
  using _ = home;
  const [one, other] = [await freePort(), await freePort()];
  home.manifest(`[network]\nports = ["${one}:${inner}"]\n`);
  const { stderr } = await home.run(["run", "--port", `${other}:${inner}`, "--", "true"]);
  expect(stderr).toContain(`port ${inner} of the bottle is http://127.0.0.1:${one}; `);
  for (const port of [one, other])
    expect(await fetchText(`http://127.0.0.1:${port}/index.html`)).toBe("from the bottle\n");
  expect((await home.run(["run", "--port", "70000", "--", "true"])).stderr).toContain('"70000" is not a port\n');
  await home.run(["stop", "--force"]);
  await until(async () => (await fetchText(`http://127.0.0.1:${one}/`)) === undefined);
}, 60_000); // prettier-ignore
