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

const isClaudes = (variable: string): boolean => Object.values<string>(modes).includes(variable);

/** Tells a person who starts Claude which credential it gets; nothing where Claude will ask for a login. Throws UserError for one that has ended. */
export async function tellLogin(system: System, login: Login | undefined, { credentials }: BottlePlan): Promise<void> {
  // One of Claude Code's own shows at once that it has ended; another may have to ask its user for something.
  const trouble = login?.rotates ? await login.trouble() : undefined;
  if (trouble) throw trouble;
  if (login) return inform(system, await login.describe());
  const variable = credentials.map((credential) => credential.variable).find(isClaudes);
  if (variable !== undefined) inform(system, `using ${variable} from your environment`);
}

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
  if (!canAsk(system)) throw noCredential();
  const noneYet = (hint?: string) => inform(system, noCredential().message, hint);
  if (await readClaudeStore(system)) {
    noneYet();
    if (await confirm("Share the login of Claude Code on this machine with all bottles?", { byDefault: true })) {
      useClaudeLogin(system);
      return await again();
    }
  } else {
    noneYet("to keep one for all bottles: claude-bottle login");
    if (await confirm("Start Claude and log in there, for this bottle only?", { byDefault: true }))
      return { ...target, plan: { ...plan, loginInside: true } };
  }
  throw notStarted();
}

function mayLogInInside(system: System, { name }: BottlePlan): boolean {
  using ledger = new Ledger(system);
  return ledger.bottle(name)?.plan.loginInside ?? false;
}
