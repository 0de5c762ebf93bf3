import type { CommandDef } from "citty";
import type { Context } from "../cli/command.ts";

type Load = () => Promise<CommandDef<never>>;

export const template = (context: Context) => ({
  meta: { name: "template", description: "Share the image that bottles start from" },
  // No prototype, so that `template constructor` is an unknown command.
  subCommands: Object.assign(Object.create(null), {
    push: () => import("./template/push.ts").then((m) => m.push(context) as unknown as CommandDef<never>),
  }) as Record<string, Load>,
});
