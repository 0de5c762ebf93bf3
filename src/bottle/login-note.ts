import { sha256 } from "../lib/hash.ts";
import type { Login } from "../login/login.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { readText, writePrivate } from "../system/files.ts";
import { stateDirectory, type System } from "../system/system.ts";

/**
 * Some backends insert credentials on the network and read their values when the machine starts. This notes the value, so that a session can tell
 * whether the login has been renewed since.
 */
export function noteLogin(system: System, plan: BottlePlan, login: Login | undefined, armed: System): void {
  const value = login?.rotates ? armed.env[login.variable] : undefined;
  if (value !== undefined) writePrivate(noteFile(system, plan), sha256(value));
}

/** The variables that a session must set itself, because the machine has an older value. */
export async function renewedSince(system: System, plan: BottlePlan, login: Login | undefined): Promise<string[]> {
  const onTheWire = plan.credentials.some(({ variable, host }) => variable === login?.variable && host !== undefined);
  if (!login?.rotates || !onTheWire) return [];
  return sha256(await login.value()) === readText(noteFile(system, plan)) ? [] : [login.variable];
}

const noteFile = (system: System, { name }: BottlePlan): string => `${stateDirectory(system.env)}/logins/${name}`;
