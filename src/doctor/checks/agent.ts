import { findClaude } from "../../backends/host-claude.ts";
import { backendOf } from "../../backends/registry.ts";
import { UserError } from "../../errors.ts";
import type { Facts } from "../facts.ts";
import { manualFix, ok, type Finding } from "../finding.ts";

/** If sessions use the host's programs, checks that the agent is installed. Otherwise the image provides it. */
export async function checkAgent({ system, project, backend }: Facts): Promise<Finding[]> {
  if (project instanceof UserError || backend === undefined) return [];
  const { command } = project.manifest.agents[project.manifest.bottle.agent] ?? {};
  const { capabilities } = await backendOf(system, backend);
  if (capabilities.programs !== "host" || command !== "claude") return [];
  const id = "agent";
  const found = findClaude(system);
  if (found !== undefined) return [ok(id, found)];
  const canInstall = system.which("npm") !== undefined;
  return [
    {
      id,
      level: canInstall ? "note" : "error",
      what: "there is no Claude Code on this machine",
      why: canInstall
        ? "the first start installs it with npm (175 MB to download)"
        : "there is no npm to install it with",
      fix: manualFix("curl -fsSL https://claude.ai/install.sh | bash"),
    },
  ];
}
