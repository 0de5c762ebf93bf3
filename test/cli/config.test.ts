import { expect, test } from "bun:test";
import { Home } from "../support/tool.ts";

test("config shows each setting and the line that it comes from", async () => {
  using home = new Home();
  home.settings('[network]\npresets = ["github"]\n');
  home.manifest(`[bottle]\nimage = "/images/claude"\n[env]\n"A" = "a b"\n[profiles.ci]\nbottle.cpus = 8\n`);
  expect(await home.run(["config", "--profile", "ci"])).toEqual({
    stdout: `SETTING                    VALUE             FROM
bottle.image               "/images/claude"  bottle.toml:2
bottle.cpus                8                 bottle.toml:6
bottle.memory              4096              default
bottle.keep-claude         false             default
bottle.idle-minutes        60                default
bottle.ssh-agent           false             default
bottle.agent               "claude"          default
template                   {}                default
env.A                      "a b"             bottle.toml:4
secrets                    {}                default
mounts                     []                default
provision.claude           []                default
provision.files            []                default
provision.commands         []                default
hooks                      {}                default
session.on-hangup          "end"             default
notify                     {}                default
network.mode               "list"            default
network.hosts              []                default
network.presets.0          "github"          ~/.config/claude-bottle/config.toml:2
network.ports              []                default
network.host-ports         []                default
agents.claude.command      "claude"          default
agents.claude.args         []                default
agents.claude.settings     {}                default
agents.claude.mcp-servers  {}                default
agents.claude.env          {}                default
`,
    stderr: "",
    code: 0,
  });
  const { stdout } = await home.run(["config", "--json"]);
  expect(JSON.parse(stdout)[1]).toEqual({ key: "bottle.cpus", value: 2, from: "default" });
});

test("config --schema is the published schema file", async () => {
  using home = new Home();
  const published = await Bun.file(new URL("../../docs/bottle.schema.json", import.meta.url)).text();
  expect(await home.run(["config", "--schema"])).toEqual({ stdout: published, stderr: "", code: 0 });
});

test("a mistake in the user's own file is told by its name", async () => {
  using home = new Home();
  home.settings("bottle.cpu = 3\n");
  expect(await home.run(["exec", "--", "true"])).toEqual({
    stdout: "",
    stderr: `claude-bottle: ~/.config/claude-bottle/config.toml:1:8: unknown key "cpu" in [bottle]; did you mean "cpus"?\n  bottle.cpu = ...\n         ^\n`,
    code: 1,
  });
});

test("presets, the user's own hosts and a profile reach the backend", async () => {
  using home = new Home();
  home.settings(
    'bottle.backend = "smolvm"\n[network]\nhosts = ["user.example"]\n[profiles.ci.network]\nhosts = ["ci.example"]\n',
  );
  home.manifest(`[bottle]\nimage = "/images/claude"\n[network]\npresets = ["gitlab"]\n`);
  await home.run(["exec", "--profile", "ci", "--", "true"]);
  const create = home.calls().find(([, verb]) => verb === "create") ?? [];
  expect(create.filter((_, index) => create[index - 1] === "--allow-host-pattern")).toEqual([
    "api.anthropic.com", "ci.example", "claude.ai", "claude.com", "gitlab.com", "platform.claude.com", "registry.gitlab.com", "user.example",
  ]); // prettier-ignore
});

test("a profile that is not there is a usage error", async () => {
  using home = new Home();
  expect(await home.run(["run", "--profile", "ci"])).toEqual({
    stdout: "",
    stderr: `claude-bottle: there is no profile "ci"\n  add [profiles.NAME] to bottle.toml\n`,
    code: 2,
  });
});
