import { UserError } from "../errors.ts";
import { table } from "../lib/table.ts";
import type { System } from "../system/system.ts";
import type { Finding, Fix } from "./finding.ts";

type Safe = Extract<Fix, { safe: true }>;

/** Shows what the safe fixes run, asks, and runs them. Answers whether there was anything to run. */
export async function applyFixes(
  system: System,
  findings: readonly Finding[],
  { yes }: { readonly yes: boolean },
): Promise<boolean> {
  const fixes = new Map<string, { readonly fix: Safe; readonly what: string }>();
  for (const { fix, what } of findings) if (fix?.safe && !fixes.has(fix.command)) fixes.set(fix.command, { fix, what });
  if (fixes.size === 0) {
    system.err("claude-bottle: there is nothing that is safe to fix without you\n");
    return false;
  }
  system.err(
    `claude-bottle: to run:\n${table([...fixes].map(([command, { what }]) => [`  ${command}`, `# ${what}`]))}`,
  );
  if (!yes && !(await agreed(system))) return false;
  for (const { fix } of fixes.values()) await apply(system, fix);
  return true;
}

async function agreed(system: System): Promise<boolean> {
  if (!system.isTty.stdin)
    throw new UserError("nothing is fixed without your yes", { hint: "claude-bottle doctor --fix --yes says it" });
  return /^y(es)?$/i.test((await system.ask("Run it? [y/N] ")).trim());
}

/** A fix that fails is told, and the findings of the next look say what is left. */
async function apply(system: System, { command, argv: [program = "", ...words] }: Safe): Promise<void> {
  const own = program === "claude-bottle" ? system.self : [program];
  const { code, stderr } = await system.run([...own, ...words]);
  if (code !== 0) system.err(`claude-bottle: "${command}" ends with status ${code}\n${stderr}`);
}
