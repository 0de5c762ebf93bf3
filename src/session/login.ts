import { UserError } from "../errors.ts";
import { Ledger } from "../ledger/ledger.ts";
import { readClaudeStore } from "../login/claude-store.ts";
import { modes, useClaudeLogin, type Login } from "../login/login.ts";
import type { BottlePlan } from "../plan/plan.ts";
import type { System } from "../system/system.ts";
import type { Target } from "../bottle/target.ts";
import { inform } from "../ui/messages.ts";
import { canAsk, confirm } from "../ui/prompts.ts";
import { noCredential, notStarted } from "./errors.ts";
import { howToKeepLogin, mayLogInHere, mayShareLogin, usesVariable } from "./messages.ts";

const isClaudes = (variable: string): boolean => Object.values<string>(modes).includes(variable);

/** Tells the user of Claude which credential it gets, or nothing if Claude will ask for a login. Throws UserError for an expired one. */
export async function tellLogin(system: System, login: Login | undefined, { credentials }: BottlePlan): Promise<void> {
  // Claude Code's own login shows at once whether it has expired. Another kind may have to ask the user.
  const trouble = login?.rotates ? await login.trouble() : undefined;
  if (trouble) throw trouble;
  if (login) return inform(system, await login.describe());
  const variable = credentials.map((credential) => credential.variable).find(isClaudes);
  if (variable !== undefined) inform(system, usesVariable(variable));
}

/**
 * The target for a start of Claude, with a credential or with the user's agreement that Claude may ask for one in the bottle, which the bottle
 * remembers. `again` creates the target once more. Throws UserError without either.
 */
export async function withLogin(
  system: System,
  target: Target,
  { inside, again }: { readonly inside: boolean; readonly again: () => Promise<Target> },
): Promise<Target> {
  const { plan } = target;
  if (plan.credentials.some(({ variable }) => isClaudes(variable))) return target;
  if (inside || mayLogInInside(system, plan)) return { ...target, plan: { ...plan, loginInside: true } };
  if (!canAsk(system)) throw noCredential();
  const noneYet = (hint?: string) => inform(system, noCredential().message, hint);
  if (await readClaudeStore(system)) {
    noneYet();
    if (await confirm(mayShareLogin, { byDefault: true })) {
      useClaudeLogin(system);
      return await again();
    }
  } else {
    noneYet(howToKeepLogin);
    if (await confirm(mayLogInHere, { byDefault: true })) return { ...target, plan: { ...plan, loginInside: true } };
  }
  throw notStarted();
}

function mayLogInInside(system: System, { name }: BottlePlan): boolean {
  using ledger = new Ledger(system);
  return ledger.bottle(name)?.plan.loginInside ?? false;
}
