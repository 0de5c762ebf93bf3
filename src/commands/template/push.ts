import type { Backend } from "../../backends/backend.ts";
import { backendNames, backendOf } from "../../backends/registry.ts";
import { command, type Context } from "../../cli/command.ts";
import { isReference } from "../../manifest/schema/made-from.ts";
import { findProject } from "../../project/project.ts";
import { requireTrust } from "../../project/trust.ts";
import { interruptible } from "../../system/interrupt.ts";
import type { System } from "../../system/system.ts";
import { inform } from "../../ui/messages.ts";
import { noBuilder, noReference } from "../errors.ts";
import { templatePushed } from "../messages.ts";

export const push = (context: Context) =>
  command(context, {
    meta: { name: "push", description: "Build the template with docker or podman, and push it to a registry" },
    args: {
      reference: { type: "positional", required: true, description: "the name in the registry, such as registry.example.org/team/claude:1" },
    },
    examples: [
      ["claude-bottle template push registry.example.org/team/claude:1", "for bottles of the backend kubernetes, as kubernetes.image"],
      ["claude-bottle template push localhost:5000/claude", "to a registry on this machine"],
    ],
    async run({ args }) {
      const { system } = context;
      const { reference = "" } = args;
      if (!isReference(reference)) throw noReference(reference);
      const builder = await findBuilder(system);
      const project = findProject(system);
      requireTrust(system, project, builder);
      await interruptible((signal) => builder.pushTemplate(project.manifest.template, reference, { signal }));
      inform(system, ...templatePushed(reference));
    },
  }); // prettier-ignore

/** The first usable backend that builds images. */
async function findBuilder(system: System): Promise<Backend & Required<Pick<Backend, "pushTemplate">>> {
  const reasons: string[] = [];
  for (const name of backendNames) {
    const backend = await backendOf(system, name);
    const { pushTemplate } = backend;
    if (!pushTemplate) continue;
    const probe = await backend.probe();
    if (probe.usable) return { ...backend, pushTemplate };
    reasons.push(`${name}: ${probe.reason}`);
  }
  throw noBuilder(reasons);
}
