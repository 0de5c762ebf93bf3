import type { Backend } from "../backends/backend.ts";
import { backendNames, backendOf } from "../backends/registry.ts";
import { command, type Context } from "../cli/command.ts";
import { isSandbox, outlivesSessions, type BottlePlan } from "../plan/plan.ts";
import { credentialSettings } from "../plan/credentials.ts";
import { parsePort, urlOf, type Port } from "../ports/port.ts";
import { agentCommand, asksForLogin, isClaude, lastingOptions } from "../plan/session.ts";
import { backgroundCommand, startInBackground } from "../session/background.ts";
import { unexpectedArgument } from "../cli/errors.ts";
import { noBackgroundOn, notInBackground, resumeNeedsClaude } from "../session/errors.ts";
import { resumeWords, tellWhatWaits } from "../session/resume.ts";
import type { System } from "../system/system.ts";
import { hostSettings } from "../project/host-claude.ts";
import { confirmStart } from "../bottle/consent.ts";
import { projectBackend, projectTarget } from "../bottle/target.ts";
import { Ledger } from "../ledger/ledger.ts";
import { shellLine } from "../lib/quote.ts";
import { makeWorktree, planWorktree, type MadeWorktree } from "../project/made-worktree.ts";
import { inheritTrust } from "../project/trust.ts";
import { inform } from "../ui/messages.ts";
import { launch } from "../session/launch.ts";
import { withLogin } from "../session/login.ts";
import { findProject, promptFileOf, type Project } from "../project/project.ts";
import { needs, wrongValue, unknownAgent } from "./errors.ts";
import { filesShared, portsOpen, worktreeCreated } from "./messages.ts";

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
      worktree: {
        type: "string",
        valueHint: "NAME",
        description: "work in a git worktree of this branch, created beside the repository if there is none",
      },
      from: { type: "string", valueHint: "REF", description: "the commit that a new branch of --worktree starts at" },
      port: {
        type: "string",
        valueHint: "PORTS",
        description: "ports of the bottle to open on this machine, such as 3000,8080:3000",
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
      conversation: {
        type: "positional",
        required: false,
        description: "the conversation to resume; defaults to the last one",
      },
      resume: { type: "boolean", description: "resume a conversation of this bottle" },
      continue: { type: "boolean", description: "the same as --resume" },
      background: { type: "boolean", description: "start it without a terminal, and print its ID" },
      fresh: { type: "boolean", description: "recreate the bottle; refuses if it holds the only copy of something" },
      "keep-claude": { type: "boolean", description: "with --fresh, keep ~/.claude with the conversations" },
      "dry-run": { type: "boolean", description: "print the commands without running them" },
    },
    examples: [
      ["claude-bottle", "start Claude in this directory's bottle"],
      ["claude-bottle run --resume", "go on with the last conversation of this directory's bottle"],
      ['claude-bottle run --name review -- -p "look for bugs"', "pass Claude its own options, in a second bottle"],
    ],
    rest: "Claude",
    async run({ args }) {
      const { system, rest: own = [] } = context;
      const resumes = (args.resume ?? false) || (args.continue ?? false);
      if (args.conversation !== undefined && !resumes) throw unexpectedArgument(args.conversation, "Claude");
      if (args.from !== undefined && args.worktree === undefined) throw needs("--from", "--worktree");
      if (args["keep-claude"] && !args.fresh) throw needs("--keep-claude", "--fresh");
      const worktree = await worktreeFor(system, args);
      if (worktree === "planned") return;
      const project = findProject(system, { ...(worktree && { start: worktree.directory }), profile: args.profile });
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
      if (worktree) await trustWorktree(system, worktree, project, args);
      const found = await again();
      const background = args.background ?? false;
      if (resumes && !isClaude(agent.command)) throw resumeNeedsClaude(agent.command);
      const rest = resumes ? [...(await resumeWords(system, found.plan.name, args.conversation)), ...own] : own;
      if (!resumes && !args["dry-run"] && isClaude(agent.command)) await tellWhatWaits(system, found.plan.name);
      if (!args["dry-run"]) tellSharedFiles(system, found.plan.directory);
      if (background) await assertBackground(system, found.plan.backend, agent.command);
      const hasTerminal = system.isTty.stdin && system.isTty.stdout;
      const acceptsWeaker = args["accept-weaker"] ?? false;
      // Before asking for a login, which would be pointless if no bottle can be created.
      if (!args["dry-run"])
        await confirmStart(system, found, { fresh: args.fresh ?? false, acceptsWeaker, program: agent.command });
      const isAsked = !args["dry-run"] && asksForLogin(agent, { manifestEnv: env, rest, hasTerminal });
      const target = isAsked ? await withLogin(system, found, { inside: args["login-inside"] ?? false, again }) : found;
      const ports = [...project.manifest.network.ports, ...(args.port?.split(",") ?? [])].map(parsePort);
      const agentEnv = { ...env, ...agent.env };
      const hostOnes = provision.claude.includes("settings") ? hostSettings(system) : {};
      const kept = credentialSettings(target.plan.credentials, { env: agentEnv, settings: agent.settings });
      const words = ({ capabilities }: Backend, settings: Record<string, unknown>, rest: readonly string[]) =>
        agentCommand(agent, { promptFile, settings, skipPermissions: capabilities.isolation === "vm", rest });
      const inBackground = (backend: Backend, rest: readonly string[]) =>
        backgroundCommand(words(backend, { ...hostOnes, ...kept }, rest));
      const goesOn = project.manifest.session["on-hangup"] === "background" && isClaude(agent.command);
      const code = await launch(system, target, {
        kind: "agent",
        terminal: !background,
        command: (backend) => (background ? inBackground(backend, rest) : words(backend, hostOnes, rest)),
        ...(goesOn && {
          afterHangup: (backend: Backend) => inBackground(backend, [...lastingOptions(own), "--resume"]),
        }),
        env: agentEnv,
        fresh: args.fresh ?? false,
        keepsClaude: args["keep-claude"] ?? false,
        acceptsWeaker,
        ...(ports.length > 0 && { onReady: (plan: BottlePlan) => tellPorts(system, plan, ports) }),
        dryRun: args["dry-run"] ?? false,
        ...(background && { run: startInBackground }),
      });
      context.exit(code);
    },
  });

/** Before the session starts: from then on the terminal belongs to the agent. */
async function tellPorts(
  system: System,
  { name, backend, network }: BottlePlan,
  ports: readonly Port[],
): Promise<void> {
  const { openInBackground } = await import("../ports/forward.ts");
  const { capabilities } = await backendOf(system, backend);
  const isShared = isSandbox(capabilities) && network.mode === "open";
  const open = isShared
    ? ports.map(({ bottle }) => ({ host: bottle, bottle }))
    : await openInBackground(system, name, ports);
  inform(system, portsOpen(open.map((port) => ({ port: port.bottle, url: urlOf(port) }))));
}

type WorktreeArgs = {
  readonly worktree?: string | undefined;
  readonly from?: string | undefined;
  readonly profile?: string | undefined;
  readonly name?: string | undefined;
  readonly backend?: string | undefined;
  readonly "dry-run"?: boolean | undefined;
};

/** "planned": it does not exist, and the dry run has printed how it would be created. */
async function worktreeFor(system: System, args: WorktreeArgs): Promise<MadeWorktree | "planned" | undefined> {
  if (args.worktree === undefined) return undefined;
  const plan = await planWorktree(system, args.worktree, args.from);
  if (!("argv" in plan)) return plan;
  if (args["dry-run"]) return (system.out(`${shellLine(plan.argv)}\n`), "planned");
  const made = await makeWorktree(system, plan);
  inform(system, worktreeCreated(made.directory, made.branch));
  return made;
}

/** The repository's own trust covers the worktree too, if the manifest asks for exactly the same. */
async function trustWorktree(system: System, { repository }: MadeWorktree, project: Project, args: WorktreeArgs) {
  const from = findProject(system, { start: repository, profile: args.profile });
  const backend = await projectBackend(system, project, { name: args.name, backend: args.backend });
  inheritTrust(system, from, project, backend, args.profile);
}

/** Two agents in one directory silently overwrite each other's work. */
function tellSharedFiles(system: System, directory: string): void {
  using ledger = new Ledger(system);
  const bottles = ledger.bottles().filter(({ plan }) => plan.directory === directory);
  const agents = bottles.flatMap(({ plan }) => ledger.sessions(plan.name)).filter(({ kind }) => kind === "agent");
  if (agents.length > 0) inform(system, ...filesShared);
}

async function assertBackground(system: System, backend: string, program: string): Promise<void> {
  if (!isClaude(program)) throw notInBackground(program);
  if (!outlivesSessions((await backendOf(system, backend)).capabilities)) throw noBackgroundOn(backend);
}

const networkModes = ["list", "off", "open"] as const;

function networkMode(text: string | undefined) {
  const mode = networkModes.find((known) => known === text);
  if (text !== undefined && !mode) throw wrongValue("network", networkModes, text);
  return mode;
}
