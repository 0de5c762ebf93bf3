import { modes, storedLogin, type Login } from "../login/login.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { readText, writePrivate } from "../system/files.ts";
import { stateFolder, type System } from "../system/system.ts";

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

/** What a person who starts Claude wants to know first; empty where the environment says it. */
export async function describeLogin(login: Login | undefined, { credentials }: BottlePlan): Promise<string> {
  if (login) return `claude-bottle: ${await login.describe()}\n`;
  const isKnown = credentials.some(({ variable }) => Object.values<string>(modes).includes(variable));
  return isKnown
    ? ""
    : "claude-bottle: there is no credential, so Claude will ask you to log in\n  claude-bottle login keeps one for all bottles\n";
}
