import { backendOf } from "../../backends/registry.ts";
import { describeSandbox } from "../../backends/sandbox.ts";
import { UserError } from "../../errors.ts";
import { Ledger } from "../../ledger/ledger.ts";
import { needsConsent } from "../../bottle/sandbox-consent.ts";
import { checkPlan } from "../../bottle/ready.ts";
import { projectTarget } from "../../bottle/target.ts";
import type { BottlePlan } from "../../plan/plan.ts";
import { promptFileOf, type Project } from "../../project/project.ts";
import type { System } from "../../system/system.ts";
import type { Facts } from "../facts.ts";
import { manualFix, ok, type Finding } from "../finding.ts";

const refused = "run refuses to start a session because of it";

/** Repeats what `run` checks before it calls a backend. */
export async function checkSession(facts: Facts): Promise<Finding[]> {
  const { system, project, backend } = facts;
  if (project instanceof UserError) return [finding("manifest", project)];
  if (backend === undefined) return [];
  const { resolved, manifest } = project;
  const files = resolved.layers.map(({ file }) => file).join(" over ");
  const valid = ok("manifest", files === "" ? "none, so every setting has its default" : files);
  let planned: BottlePlan;
  try {
    planned = await plan(system, project, facts.isAsked ? (manifest.bottle.backend ?? backend) : undefined);
  } catch (error) {
    if (error instanceof UserError) return [valid, finding("session", error)];
    throw error;
  }
  return [valid, ...(await checkConsent(facts, backend)), ...(await examined(facts, planned))];
}

/** If the backend works, its own further checks. */
async function examined({ system, probes }: Facts, plan: BottlePlan): Promise<Finding[]> {
  const backend = await backendOf(system, plan.backend);
  if (!backend.examine || !probes.get(plan.backend)?.usable) return [];
  const found = await backend.examine(plan);
  return found.map(({ id, isWell, what, fix }) =>
    isWell
      ? ok(`backend.${plan.backend}.${id}`, what)
      : {
          id: `backend.${plan.backend}.${id}`,
          level: "error",
          what,
          why: refused,
          ...(fix && { fix: manualFix(fix) }),
        },
  );
}

async function plan(system: System, project: Project, asked: string | undefined): Promise<BottlePlan> {
  promptFileOf(project, project.manifest.bottle.agent);
  const target = await projectTarget(system, project, { backend: asked });
  using ledger = new Ledger(system);
  checkPlan({ backend: await backendOf(system, target.plan.backend), ledger }, target.plan, { fresh: false });
  return target.plan;
}

async function checkConsent({ system, backend, isAsked }: Facts, name: string): Promise<Finding[]> {
  const chosen = await backendOf(system, name);
  if (isAsked || backend === undefined || !needsConsent(system, chosen)) return [];
  const canAsk = system.isTty.stdin && system.isTty.stderr;
  return [
    {
      id: "session.consent",
      level: canAsk ? "warning" : "error",
      what: `${name} is the only backend that works here, and you have not accepted it yet`,
      why: `${describeSandbox(chosen)}; run asks once, in a terminal`,
      fix: manualFix("claude-bottle run --accept-weaker"),
    },
  ];
}

function finding(id: string, { message, hint }: UserError): Finding {
  const [what = ""] = message.split("\n");
  return { id, level: "error", what, why: refused, ...(hint !== undefined && { fix: manualFix(hint) }) };
}
