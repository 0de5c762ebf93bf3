import { command, type Context } from "../cli/command.ts";
import { exitCode } from "../errors.ts";
import { readClaudeStore } from "../login/claude-store.ts";
import { forgetLogin, keepLogin, modes, storedLogin, useClaudeLogin, useCommand, type Mode } from "../login/login.ts";
import type { System } from "../system/system.ts";
import { inform } from "../ui/messages.ts";
import { canAsk, confirm, hiddenInput } from "../ui/prompts.ts";
import { wrongValue, noCredentialCommand, notLoggedIn, noToken } from "./errors.ts";
import { loginForgotten, mayShareLogin, noLogin, pasteToken } from "./messages.ts";

export const login = (context: Context) =>
  command(context, {
    meta: {
      name: "login",
      description: "Store Claude's credential for all bottles, or after -- a command that prints it",
    },
    args: {
      "from-claude": { type: "boolean", description: "share the login of Claude Code on this machine" },
      as: {
        type: "string",
        valueHint: "MODE",
        description: `the kind of credential: ${Object.keys(modes).join(", ")}`,
      },
      file: { type: "boolean", description: "store it in a file that only you can read, not in the keychain" },
      status: { type: "boolean", description: "show the stored credential and when it expires" },
      forget: { type: "boolean", description: "remove the stored credential" },
    },
    examples: [
      ["claude-bottle login --from-claude", "share the login of Claude Code on this machine"],
      ["claude-bottle login -- pass show claude/token", "run a password manager at each start to get the credential"],
    ],
    rest: true,
    async run({ args }) {
      const { system, rest } = context;
      if (args.status) return await status(context);
      if (args.forget) {
        const was = await forgetLogin(system);
        return inform(system, loginForgotten(was));
      }
      const mode = modeNamed(args.as);
      if (rest !== undefined) await useCommand(system, mode ?? "subscription", required(rest));
      else if (args["from-claude"] || (await wantsClaude(system))) await shareClaude(system);
      else await keepLogin(system, await readToken(system), { mode, place: args.file ? "file" : undefined });
      inform(system, String(await storedLogin(system)?.describe()));
    },
  });

async function status({ system, exit }: Context): Promise<void> {
  const found = storedLogin(system);
  const variable = Object.values(modes).find((name) => system.env[name]);
  if (variable) system.out(`${variable} from your environment\n`);
  else if (found) system.out(`${await found.describe()}\n`);
  else {
    inform(system, ...noLogin);
    exit(exitCode.failed);
  }
}

function modeNamed(text: string | undefined): Mode | undefined {
  const mode = (Object.keys(modes) as Mode[]).find((known) => known === text);
  if (text === undefined || mode !== undefined) return mode;
  throw wrongValue("as", Object.keys(modes), text);
}

function required(command: readonly string[]): readonly string[] {
  if (command.length > 0) return command;
  throw noCredentialCommand();
}

/** Asked once. The login stays where it is, and Claude Code keeps using it. */
async function wantsClaude(system: System): Promise<boolean> {
  if (!canAsk(system) || !(await readClaudeStore(system))) return false;
  return await confirm(mayShareLogin, { byDefault: true });
}

async function shareClaude(system: System): Promise<void> {
  if (!(await readClaudeStore(system))) throw notLoggedIn();
  useClaudeLogin(system);
}

async function readToken(system: System): Promise<string> {
  const token = (canAsk(system) ? await hiddenInput(pasteToken) : await system.readLine()).trim();
  if (token === "") throw noToken();
  return token;
}
