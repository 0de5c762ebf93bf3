// The caller's ssh agent in a real bottle, by choice. About 15 seconds.
import { afterAll, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { Home } from "../support/tool.ts";
import { downAll, kinds } from "./place.ts";

afterAll(downAll);

const ask = `perl -MIO::Socket::UNIX -e '$agent = IO::Socket::UNIX->new($ENV{SSH_AUTH_SOCK}); print $agent qq(keys?\n); print <$agent>'`;
const trust = "claude-bottle trust --accept $(claude-bottle trust --json | grep -o '[0-9a-f]\\{64\\}')";

for (const { name, whyNot, up } of kinds.filter((kind) => ["bubblewrap as root", "podman"].includes(kind.name))) {
  if (whyNot) console.log(`the ssh agent in ${name} skipped: ${whyNot}`);
  test.skipIf(whyNot !== undefined)(
    `${name}: a bottle has the agent that runs, or says in a line why not`,
    async () => {
      using home = new Home();
      const agent = (answer: string) =>
        Bun.listen({ unix: `${home.directory}/${answer}`, socket: { data: (client) => void client.end(answer) } });
      await using place = await (await up())("");
      const exec = (socket: string) => place.sh(`SSH_AUTH_SOCK=${socket} claude-bottle exec -- sh -c "${ask.replaceAll("$", "\\$")}"`); // prettier-ignore
      await place.sh(`echo 'bottle.ssh-agent = true' >bottle.toml; ${trust}`);
      const missing = "claude-bottle: the bottle needs your ssh agent, but SSH_AUTH_SOCK is not set\n";
      expect(await exec("")).toMatchObject({ stdout: "", stderr: expect.stringContaining(missing), code: 1 });
      const gone = `claude-bottle: the bottle needs your ssh agent, but no agent answers at SSH_AUTH_SOCK, "/nowhere"\n`;
      expect(await exec("/nowhere")).toMatchObject({ stdout: "", stderr: expect.stringContaining(gone), code: 1 });
      const first = agent("first");
      expect(await exec(`${home.directory}/first`)).toMatchObject({ stdout: "first", code: 0 });
      first.stop(true);
      rmSync(`${home.directory}/first`, { force: true });
      const second = agent("second");
      const { stderr } = await place.sh(`SSH_AUTH_SOCK=${home.directory}/second claude-bottle exec -- true`);
      expect(stderr).toBe(`claude-bottle: the ssh agent that bottle "cb-BOTTLE" started with has ended\n  claude-bottle stop; the next session gets the agent that runs now\n`); // prettier-ignore
      await place.sh("claude-bottle stop");
      expect(await exec(`${home.directory}/second`)).toMatchObject({ stdout: "second", code: 0 });
      await place.sh(`: >bottle.toml; claude-bottle stop`);
      const without = await place.sh(`SSH_AUTH_SOCK=${home.directory}/second claude-bottle exec -- sh -c 'echo "[$SSH_AUTH_SOCK]"'`); // prettier-ignore
      expect(without).toMatchObject({ stdout: "[]\n", code: 0 });
      expect(without.stderr.includes("different settings (ssh-agent)")).toBe(name === "podman");
      second.stop(true);
    },
    60_000,
  );
}
