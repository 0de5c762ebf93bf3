import type { Backend } from "./backend.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { planSession } from "../plan/session.ts";
import type { Program } from "../system/system.ts";

/** A command of ours in the bottle, as its user, without anything of the manifest's. */
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
