import { backendNames } from "../backends/registry.ts";
import { command, type Context } from "../cli/command.ts";
import { exitCode, UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";
import { suggest } from "../lib/suggest.ts";
import { agentCommand, asksForLogin } from "../plan/session.ts";
import { hostSettings } from "../project/host-claude.ts";
import { confirmStart } from "../bottle/consent.ts";
import { projectTarget } from "../bottle/target.ts";
import { launch } from "../session/launch.ts";
import { withLogin } from "../session/login.ts";
import { findProject, promptFileOf } from "../project/project.ts";

export const run = (context: Context) =>
  command(context, {
    meta: { name: "run", description: "Start Claude in this directory's bottle; arguments after -- go to Claude" },
    args: {
      name: {
        type: "string",
        valueHint: "NAME",
        description: "use a separate, named bottle for this directory",
      },
      agent: { type: "string", valueHint: "AGENT", description: "the agent of bottle.toml to start" },
      backend: {
        type: "string",
        valueHint: "BACKEND",
        description: `the backend for a new bottle: ${backendNames.join(", ")}`,
      },
      profile: { type: "string", valueHint: "PROFILE", description: "apply this profile from bottle.toml" },
      network: {
        type: "string",
        valueHint: "MODE",
        description: "what a new bottle can reach: list (the hosts of bottle.toml), off or open",
      },
      "accept-weaker": {
        type: "boolean",
        description: "accept a sandbox that shares this machine's kernel if nothing better works; remembered",
      },
      "login-inside": { type: "boolean", description: "let Claude ask for a login inside this bottle" },
      fresh: { type: "boolean", description: "recreate the bottle; refuses if it holds the only copy of something" },
      "dry-run": { type: "boolean", description: "print the commands without running them" },
    },
    examples: [
      ["claude-bottle", "start Claude in this directory's bottle"],
      ['claude-bottle run --name review -- -p "look for bugs"', "pass Claude its own options, in a second bottle"],
    ],
    rest: "Claude",
    async run({ args }) {
      const { system, rest = [] } = context;
      const project = findProject(system, { profile: args.profile });
      const name = args.agent ?? project.manifest.bottle.agent;
      const agent = project.manifest.agents[name];
      if (!agent) throw unknownAgent(name, Object.keys(project.manifest.agents));
      const promptFile = promptFileOf(project, name);
      const { env, provision } = project.manifest;
      const again = () =>
        projectTarget(system, project, {
          name: args.name,
          backend: args.backend,
          network: networkMode(args.network),
        });
      const found = await again();
      const hasTerminal = system.isTty.stdin && system.isTty.stdout;
      const acceptsWeaker = args["accept-weaker"] ?? false;
      // Before the question for a login: it would be in vain where no bottle can be made.
      if (!args["dry-run"])
        await confirmStart(system, found, { fresh: args.fresh ?? false, acceptsWeaker, program: agent.command });
      const isAsked = !args["dry-run"] && asksForLogin(agent, { manifestEnv: env, rest, hasTerminal });
      const target = isAsked ? await withLogin(system, found, { inside: args["login-inside"] ?? false, again }) : found;
      const settings = provision.claude.includes("settings") ? hostSettings(system) : {};
      const code = await launch(system, target, {
        kind: "agent",
        terminal: true,
        command: ({ capabilities }) =>
          agentCommand(agent, { promptFile, settings, skipPermissions: capabilities.isolation === "vm", rest }),
        env: { ...env, ...agent.env },
        fresh: args.fresh ?? false,
        acceptsWeaker,
        dryRun: args["dry-run"] ?? false,
      });
      context.exit(code);
    },
  });

function networkMode(text: string | undefined) {
  const mode = (["list", "off", "open"] as const).find((known) => known === text);
  if (text !== undefined && !mode)
    throw new UserError(`--network must be list, off or open, not "${printable(text)}"`, { exitCode: exitCode.usage });
  return mode;
}

function unknownAgent(name: string, known: string[]): UserError {
  const like = suggest(name, known);
  return new UserError(`there is no agent "${printable(name)}"${like ? `; did you mean ${like}?` : ""}`, {
    exitCode: exitCode.usage,
    hint: `agents of this project: ${known.join(", ")}`,
  });
}
