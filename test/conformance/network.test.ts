// What a bubblewrap bottle that is held to a list reaches of the network, with a server of this machine in the part of the internet. About 15 seconds.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { networkInterfaces } from "node:os";
import { whyNoBubblewrap } from "../support/bubblewrap.ts";
import { Home, isRunning, until } from "../support/tool.ts";
import { readProxy } from "../../src/proxy/record.ts";

/** An address of this machine that is not its loopback. */
const address = Object.values(networkInterfaces()).flat().find((one) => one?.family === "IPv4" && !one.internal)?.address; // prettier-ignore
const isRoot = process.getuid?.() === 0;
const whyNot = whyNoBubblewrap ?? (address === undefined ? "this machine has no address but its loopback's" : !isRoot ? "only root may listen on port 80" : Bun.which("curl") ? undefined : "curl is not installed"); // prettier-ignore
if (whyNot) console.log(`the network of a bubblewrap bottle skipped: ${whyNot}`);

let servers: Bun.Server<undefined>[] = [];
let home: Home;
beforeAll(() => {
  if (whyNot) return;
  const serve = (hostname: string, port: number, answer: string) => Bun.serve({ hostname, port, fetch: async (request) => new Response(`${answer} ${request.method} ${new URL(request.url).pathname} ${await request.text()}\n`) }); // prettier-ignore
  servers = [serve(address ?? "", 80, "listed"), serve("0.0.0.0", 0, "hidden"), serve("127.0.0.1", 0, "gateway")];
  home = new Home();
  home.settings('bottle.backend = "bubblewrap"\n');
  home.manifest("");
});
afterAll(async () => {
  for (const server of servers) await server.stop(true);
  if (!whyNot) home[Symbol.dispose]();
});

const hiddenPort = () => servers[1]?.port ?? 0;
const inside = async (script: string, env: Record<string, string> = {}) => (await home.run(["exec", "--", "sh", "-c", script], { env })).stdout; // prettier-ignore
const curl = "curl -s -m 5 -o /dev/null -w '%{http_code} %{errormsg}\n'";
const direct = `${curl} --noproxy '*'`;

describe.skipIf(whyNot !== undefined)("a bottle in a new project", () => {
  test("reaches nothing that is not on its list, by no way", async () => {
    const told = await inside(`${curl} http://${address}/; ${curl} -p http://${address}/; ${direct} http://${address}/
${direct} http://127.0.0.1:${hiddenPort()}/; ${direct} http://127.0.0.2:3128/; ${curl} http://127.0.0.1:${hiddenPort()}/; ${curl} http://localhost.localdomain/
getent hosts example.com || echo no names; grep -cv lo: /proc/net/dev`); // prettier-ignore
    expect(told.replaceAll(/Failed to connect.*|Could not resolve.*|Connection refused/g, "-").split("\n")).toMatchObject(["403 ", "000 CONNECT tunnel failed, response 403", "000 -", "000 -", "000 -", "000 -", "403 ", "no names", "2", ""]); // prettier-ignore
    const denied = (await home.run(["ls", "--denied"])).stdout;
    expect(denied).toContain(`${address}:80`);
    expect(denied).toContain("localhost.localdomain:80");
  }, 60_000);

  test("reaches a host from the moment on that it is allowed, in sessions that run as well", async () => {
    const waiting = inside(`until curl -sf -m 5 http://${address}/live; do sleep 0.1; done`);
    await home.run(["allow", address ?? ""]);
    expect(await waiting).toBe("listed GET /live \n");
    expect(await inside(`curl -s -m 5 -d body http://${address}/plain; curl -s -m 5 -p http://${address}/tunnel`)).toBe("listed POST /plain body\nlisted GET /tunnel \n"); // prettier-ignore
    expect(await inside(`${curl} http://${address}:${hiddenPort()}/`)).toStartWith("403");
  }, 60_000);

  test("has no network when its proxy is killed, until the next session", async () => {
    const [directory = ""] = new Bun.Glob(`${home.directory}/state/claude-bottle/bubblewrap/*`).scanSync({ onlyFiles: false, absolute: true }); // prettier-ignore
    const pid = readProxy(directory)?.pid ?? 0;
    const waiting = inside(
      `touch up; until [ -e go ]; do sleep 0.05; done; ${curl} http://${address}/; ${direct} http://${address}/`,
    );
    await until(async () => await Bun.file(`${home.project}/up`).exists());
    process.kill(pid, "SIGKILL");
    await until(() => !isRunning(pid));
    await Bun.write(`${home.project}/go`, "");
    expect((await waiting).match(/^\d+/gm)).toEqual(["000", "000"]);
    expect(await inside(`curl -s -m 5 http://${address}/again`)).toBe("listed GET /again \n");
  }, 60_000);

  test("reaches the one port of the loopback that ANTHROPIC_BASE_URL names", async () => {
    const port = servers[2]?.port ?? 0;
    const env = { ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}` };
    expect(await inside(`curl -s -m 5 "$ANTHROPIC_BASE_URL/v1"; ${direct} http://127.0.0.1:${hiddenPort()}/`, env)).toStartWith("gateway GET /v1 \n000"); // prettier-ignore
  }, 60_000);

  test("reaches a port of the loopback that the manifest names, once it is trusted", async () => {
    home.manifest(`[network]\nhost-ports = ["${hiddenPort()}"]\n`);
    const refused = await home.run(["exec", "--", "true"]);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("claude-bottle trust")]);
    const shown = await home.run(["trust", "--json"]);
    expect(shown.stdout).toContain(`lets the bottle reach port ${hiddenPort()} of this machine's loopback`);
    await home.run(["trust", "--accept", /[0-9a-f]{64}/.exec(shown.stdout)?.[0] ?? ""]);
    expect(await inside(`${direct} http://127.0.0.1:${hiddenPort()}/`)).toStartWith("200");
    home.manifest("");
    expect(await inside(`${direct} http://127.0.0.1:${hiddenPort()}/`)).toStartWith("000");
  }, 60_000);

  test("is held to a list of 500 hosts", async () => {
    const hosts = Array.from({ length: 500 }, (_, index) => `"host-${index}.example.org"`);
    home.manifest(`[network]\nhosts = [${hosts.join(", ")}, "${address}"]\n`);
    await home.run(["trust", "--accept", /[0-9a-f]{64}/.exec((await home.run(["trust", "--json"])).stdout)?.[0] ?? ""]);
    expect(await inside(`curl -s -m 5 http://${address}/; ${curl} http://other.example.org/`)).toBe(
      "listed GET / \n403 \n",
    );
  }, 60_000);
});
