import { sha256 } from "../lib/hash.ts";
import type { Login } from "../login/login.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { readText, writePrivate } from "../system/files.ts";
import { stateDirectory, type System } from "../system/system.ts";

/**
 * A backend that puts credentials in on the wire takes their values when the machine starts. Notes which value that was,
 * so that a session can tell a login that has been renewed since.
 */
export function noteLogin(system: System, plan: BottlePlan, login: Login | undefined, armed: System): void {
  const value = login?.rotates ? armed.env[login.variable] : undefined;
  if (value !== undefined) writePrivate(noteFile(system, plan), sha256(value));
}

/** The variables whose value a session needs itself, because the machine's is no longer the right one. */
export async function renewedSince(system: System, plan: BottlePlan, login: Login | undefined): Promise<string[]> {
  const onTheWire = plan.credentials.some(({ variable, host }) => variable === login?.variable && host !== undefined);
  if (!login?.rotates || !onTheWire) return [];
  return sha256(await login.value()) === readText(noteFile(system, plan)) ? [] : [login.variable];
}

const noteFile = (system: System, { name }: BottlePlan): string => `${stateDirectory(system.env)}/logins/${name}`;
