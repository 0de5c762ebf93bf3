import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { baseImage } from "../support/podman.ts";
import { minute, onEngine, programs, usePodman } from "./stage.ts";

usePodman();

/** One request over the proxy, by perl, which every Debian has; prints the first line of the answer. */
const ask = (request: string) => `perl -MIO::Socket::INET -e '
  my $socket = IO::Socket::INET->new("127.0.0.1:3128") or die "no proxy\\n";
  print $socket "${request} HTTP/1.0\\r\\n\\r\\n"; my $line = <$socket>; print $line =~ s/\\r//r;'`;

describe.each(programs)("%s", (program) => {
  const settings = (hosts: string) => `[bottle]\nimage = "${baseImage}"\n[network]\nhosts = [${hosts}]`;

  onEngine(
    program,
    "a bottle reaches what is on its list and nothing else, and a changed list holds at once",
    settings('"10.255.255.1"'),
    async (project) => {
      expect(await project.sh("ls /sys/class/net; echo $HTTPS_PROXY $no_proxy")).toBe(
        "lo\nhttp://127.0.0.1:3128 localhost,127.0.0.1,::1\n",
      );
      const refused = "HTTP/1.0 403 Filtered\n";
      for (const target of [
        "CONNECT evil.example:443",
        "CONNECT 10.255.255.1:22",
        "GET http://10.255.255.1@127.0.0.1/",
        "GET http://127.0.0.1/",
      ])
        expect([target, await project.sh(ask(target.replace("@", "\\@")))]).toEqual([target, refused]);
      const denied = async () =>
        (
          JSON.parse((await project.tool(["ls", "--denied", "--json"])).stdout) as { bottle: string; target: string }[]
        ).map(({ bottle, target }) => `${bottle} ${target}`);
      expect(await denied()).toEqual([
        "cb-BOTTLE evil.example:443",
        "cb-BOTTLE 10.255.255.1:22",
        "cb-BOTTLE http://10.255.255.1@127.0.0.1/",
        "cb-BOTTLE http://127.0.0.1/",
      ]);
      // Root in the bottle can take the number of the proxy's user, and sees its processes.
      const asProxy = "setpriv --reuid 65534 --regid 65534 --clear-groups sh -c";
      expect(await project.sh(`${asProxy} 'head -n 1 /proc/[0-9]*/root/bottle/filter 2>/dev/null; id -u'`)).toBe(
        "65534\n",
      );
      // Let through, and then nobody is there.
      const allowed = (word: string) => `timeout 3 ${ask(word)} || echo waits`;
      expect(await project.sh(allowed("CONNECT 10.255.255.1:443"))).not.toBe(refused);

      expect(await project.tool(["allow", "10.255.255.3"])).toEqual({
        stdout: "",
        stderr: 'claude-bottle: bottle "cb-BOTTLE" may reach "10.255.255.3"\n',
        code: 0,
      });
      expect(await project.sh(allowed("CONNECT 10.255.255.3:443"))).not.toBe(refused);
      expect(await denied()).toHaveLength(4);

      project.settings(settings('"10.255.255.2"').replace("[bottle]", `[bottle]\nbackend = "${program}"`));
      const change = await project.tool(["exec", "--", "sh", "-c", ask("CONNECT 10.255.255.1:443")]);
      expect(change).toEqual({
        stdout: refused,
        stderr: 'claude-bottle: updated the allowed hosts of bottle "cb-BOTTLE": +10.255.255.2 -10.255.255.1\n',
        code: 0,
      });
      expect(await project.sh(allowed("CONNECT 10.255.255.2:443"))).not.toBe(refused);
      await project.sh("hostname >name");
      expect(await project.tool(["stop"])).toMatchObject({ code: 0 });
      // As a prune of the engine's would.
      const relay = `${readFileSync(`${project.project}/name`, "utf8").trim()}-relay`;
      expect(Bun.spawnSync([program, "rm", relay], { env: project.env }).exitCode).toBe(0);
      expect(await project.sh(ask("CONNECT 10.255.255.1:443"))).toBe(refused);
    },
    3 * minute,
  );

  onEngine(
    program,
    "one port of the host's loopback is open, where ANTHROPIC_BASE_URL is there, and no other",
    settings(""),
    async (project) => {
      using api = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("the gateway\n") });
      using other = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("not for you\n") });
      const env = { ANTHROPIC_BASE_URL: `http://localhost:${api.port}` };
      const get = (
        port: string,
      ) => `perl -MIO::Socket::INET -e 'my $socket = IO::Socket::INET->new("127.0.0.1:${port}") or die "closed\\n";
        print $socket "GET / HTTP/1.0\\r\\n\\r\\n"; while (<$socket>) { print if /gateway|you/ }' 2>&1 || :`;
      const first = await project.tool(
        ["exec", "--", "sh", "-c", `echo $ANTHROPIC_BASE_URL; ${get(String(api.port))}; ${get(String(other.port))}`],
        { env },
      );
      expect(first.stdout).toBe(`http://127.0.0.1:${api.port}\nthe gateway\nclosed\n`);
      expect(first.stderr).toContain(
        `claude-bottle: it may reach port ${api.port} of this machine's loopback, because ANTHROPIC_BASE_URL is there\n`,
      );
      // Another terminal, without it, takes nothing away; one with another gateway gets that one.
      expect(await project.tool(["exec", "--", "sh", "-c", get(String(api.port))])).toMatchObject({
        stdout: "the gateway\n",
      });
      const moved = { ANTHROPIC_BASE_URL: `http://127.0.0.1:${other.port}` };
      expect(await project.sh(get(String(other.port)), { env: moved })).toBe("not for you\n");
    },
    3 * minute,
  );
});
