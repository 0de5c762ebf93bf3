import type { Backend } from "./backend.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { planSession } from "../plan/session.ts";
import type { Program } from "../system/system.ts";

/** Runs one of our own commands in the bottle as its user, without anything from the manifest. */
export const inGuest = (backend: Backend, plan: BottlePlan, command: readonly string[]): Program =>
  backend.attach(
    plan,
    planSession(plan, {
      kind: "exec",
      command,
      directory: "/",
      env: {},
      hostEnv: {},
      gateway: undefined,
      secrets: [],
      size: undefined,
    }),
  );
