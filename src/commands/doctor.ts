import { backendNames, backendOf } from "../backends/registry.ts";
import { command, type Context } from "../command.ts";
import { exitCode } from "../errors.ts";
import { describeProbe } from "../session/auto.ts";

export const doctor = (context: Context) =>
  command(context, {
    meta: { name: "doctor", description: "Say whether a session would start here, and what mends it" },
    args: { json: { type: "boolean", description: "as JSON" } },
    examples: [
      ["claude-bottle doctor", "whether a session would start, and what mends it"],
      ["claude-bottle doctor --json", "the same, for a program"],
    ],
    async run({ args }) {
      const { system } = context;
      const probes = await Promise.all(
        backendNames.map(async (name) => ({ backend: name, ...(await backendOf(system, name).probe()) })),
      );
      if (args.json) system.out(`${JSON.stringify(probes, null, 2)}\n`);
      else for (const probe of probes) system.out(`${describeProbe(probe.backend, probe)}\n`);
      context.exit(probes.some(({ usable }) => usable) ? exitCode.ok : exitCode.failed);
    },
  });
