import { backendNames } from "../backends/registry.ts";
import { command, type Context } from "../cli/command.ts";
import { renderJson } from "../lib/json.ts";
import { table } from "../lib/table.ts";
import { listSettings } from "../manifest/settings.ts";
import { findProject } from "../project/project.ts";
import { printable } from "../lib/quote.ts";

export const config = (context: Context) =>
  command(context, {
    meta: { name: "config", description: "Show every setting in effect here, and the line that sets it" },
    args: {
      profile: { type: "string", valueHint: "PROFILE", description: "apply this profile from bottle.toml" },
      json: { type: "boolean", description: "print JSON" },
      schema: { type: "boolean", description: "print the JSON Schema of bottle.toml, for an editor" },
    },
    examples: [
      ["claude-bottle config", "show every setting, and the line that sets it"],
      ["claude-bottle config --schema", "print what an editor needs to check bottle.toml"],
    ],
    async run({ args }) {
      const { system } = context;
      if (args.schema) {
        const { manifestJsonSchema } = await import("../manifest/json-schema.ts");
        return system.out(renderJson(manifestJsonSchema(backendNames)));
      }
      const { resolved, manifest } = findProject(system, { profile: args.profile });
      // Defaults for clusters apply only to bottles on a cluster.
      const isInEffect = ({ key, from }: { readonly key: string; readonly from: string }) =>
        from !== "default" || !key.startsWith("kubernetes.") || manifest.bottle.backend === "kubernetes";
      const settings = listSettings(resolved).filter(isInEffect);
      if (args.json) return system.out(renderJson(settings));
      const rows = settings.map(({ key, value, from }) => [key, printable(JSON.stringify(value)), from]);
      system.out(table([["SETTING", "VALUE", "FROM"], ...rows]));
    },
  });
