import type { Backend } from "../backends/backend.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { planSession } from "../plan/session.ts";
import type { Program } from "../system/system.ts";

/** What runs one of our own scripts in a bottle, as its user. */
export const guestProgram = (backend: Backend, plan: BottlePlan, command: readonly string[]): Program =>
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
