import type { System } from "../system/system.ts";
import { fail, inform } from "../ui/messages.ts";
import { canAsk, confirm } from "../ui/prompts.ts";
import type { Finding, Fix } from "./finding.ts";
import { cannotAskForFixes } from "./errors.ts";
import { fixesToRun, fixFailed, mayRun, nothingToFix } from "./messages.ts";

type Safe = Extract<Fix, { safe: true }>;

/** Shows the commands of the safe fixes, asks, and runs them. Returns whether there were any. */
export async function applyFixes(
  system: System,
  findings: readonly Finding[],
  { yes }: { readonly yes: boolean },
): Promise<boolean> {
  const fixes = new Map<string, { readonly fix: Safe; readonly what: string }>();
  for (const { fix, what } of findings) if (fix?.safe && !fixes.has(fix.command)) fixes.set(fix.command, { fix, what });
  if (fixes.size === 0) {
    inform(system, nothingToFix);
    return false;
  }
  inform(system, ...fixesToRun([...fixes].map(([command, { what }]) => ({ command, what }))));
  if (!yes && !(await agreed(system))) return false;
  for (const { fix } of fixes.values()) await apply(system, fix);
  return true;
}

async function agreed(system: System): Promise<boolean> {
  if (!canAsk(system)) throw cannotAskForFixes();
  return await confirm(mayRun, { byDefault: false });
}

/** Reports a fix that fails. The next examination shows what is left. */
async function apply(system: System, { command, argv: [program = "", ...words] }: Safe): Promise<void> {
  const own = program === "claude-bottle" ? system.self : [program];
  const { code, stderr } = await system.run([...own, ...words]);
  if (code !== 0) fail(system, fixFailed(command, code), stderr.trim());
}
