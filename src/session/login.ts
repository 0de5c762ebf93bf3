import { exitCode, UserError } from "../errors.ts";
import { Ledger } from "../ledger/ledger.ts";
import { readClaudeStore } from "../login/claude-store.ts";
import { modes, storedLogin, useClaudeLogin, type Login } from "../login/login.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { readText, writePrivate } from "../system/files.ts";
import { askForKey } from "../system/key.ts";
import { stateFolder, type System } from "../system/system.ts";
import type { Target } from "./launch.ts";

/** The login that claude-bottle keeps, where the caller's environment has no credential of its own. */
export const loginOf = (system: System): Login | undefined =>
  Object.values(modes).some((variable) => system.env[variable]) ? undefined : storedLogin(system);

/**
 * A backend that puts credentials in on the wire takes their values when the machine starts. Notes which value that was,
 * so that a session can tell a login that has been renewed since.
 */
export function noteLogin(system: System, plan: BottlePlan, login: Login | undefined, armed: System): void {
  const value = login?.rotates ? armed.env[login.variable] : undefined;
  if (value !== undefined) writePrivate(noteFile(system, plan), hash(value));
}

/** The variables whose value a session needs itself, because the machine's is no longer the right one. */
export async function renewedSince(system: System, plan: BottlePlan, login: Login | undefined): Promise<string[]> {
  const onTheWire = plan.credentials.some(({ variable, host }) => variable === login?.variable && host !== undefined);
  if (!login?.rotates || !onTheWire) return [];
  return hash(await login.value()) === readText(noteFile(system, plan)) ? [] : [login.variable];
}

const noteFile = (system: System, { name }: BottlePlan): string => `${stateFolder(system.env)}/logins/${name}`;
const hash = (value: string): string => new Bun.CryptoHasher("sha256").update(value).digest("hex");

const isClaudes = (variable: string): boolean => Object.values<string>(modes).includes(variable);

/** What a person who starts Claude wants to know first; empty where Claude will ask for a login. Throws UserError for one that has ended. */
export async function describeLogin(login: Login | undefined, { credentials }: BottlePlan): Promise<string> {
  // One of Claude Code's own shows at once that it has ended; another may have to ask its user for something.
  const trouble = login?.rotates ? await login.trouble() : undefined;
  if (trouble) throw trouble;
  if (login) return `claude-bottle: ${await login.describe()}\n`;
  const variable = credentials.map((credential) => credential.variable).find(isClaudes);
  const mode = Object.entries(modes).find(([, name]) => name === variable)?.[0];
  return mode === undefined ? "" : `claude-bottle: ${mode}, by ${variable} of your environment\n`;
}

const noCredential = "there is no credential for Claude";

/**
 * The target of a start of Claude, with a credential or with the user's word that Claude may ask for one in the bottle; the
 * bottle remembers that. `again` makes the target once more. Throws UserError without either.
 */
export async function withLogin(
  system: System,
  target: Target,
  { inside, again }: { readonly inside: boolean; readonly again: () => Promise<Target> },
): Promise<Target> {
  const { plan } = target;
  if (plan.credentials.some(({ variable }) => isClaudes(variable))) return target;
  if (inside || mayLogInInside(system, plan)) return { ...target, plan: { ...plan, loginInside: true } };
  if (!system.isTty.stdin || !system.isTty.stderr) throw new UserError(noCredential, { hint: "claude-bottle login" });
  if (await readClaudeStore(system)) {
    if (isYes(system, `claude-bottle: ${noCredential} yet\nShare the login of Claude Code on this machine with all bottles? [Y/n] `)) {
      useClaudeLogin(system);
      return await again();
    }
  } else if (isYes(system, `claude-bottle: ${noCredential}; claude-bottle login keeps one for all bottles\nStart it to log in inside, for this bottle alone? [Y/n] `))
    return { ...target, plan: { ...plan, loginInside: true } };
  throw new UserError("no session was started", {
    exitCode: exitCode.cancelled,
    hint: "claude-bottle login keeps a credential; claude-bottle run --login-inside lets Claude ask for one",
  });
} // prettier-ignore

function mayLogInInside(system: System, { name }: BottlePlan): boolean {
  using ledger = new Ledger(system);
  return ledger.bottle(name)?.plan.loginInside ?? false;
}

function isYes(system: System, question: string): boolean {
  const key = askForKey(question, ["y", "Y", "n", "N", "\r", "\n"]);
  const isYes = key !== undefined && !/^n$/i.test(key);
  system.err(isYes ? "y\n" : "n\n");
  return isYes;
}
