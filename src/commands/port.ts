import { backendOf } from "../backends/registry.ts";
import { command, type Context } from "../cli/command.ts";
import { renderJson } from "../lib/json.ts";
import { table } from "../lib/table.ts";
import { forwardPort, openInBackground } from "../ports/forward.ts";
import { parsePort, renderPort, urlOf } from "../ports/port.ts";
import { isSandbox } from "../plan/plan.ts";
import { openPorts } from "../ports/record.ts";
import { findBottle } from "../inventory/find-bottle.ts";
import { interruptible } from "../system/interrupt.ts";
import { inform } from "../ui/messages.ts";
import { networkShared, noPortOpen, portReaches, portReachesForNow } from "./messages.ts";

export const port = (context: Context) =>
  command(context, {
    meta: { name: "port", description: "Reach a port of a bottle from this machine, or list the ports that are open" },
    args: {
      port: {
        type: "positional",
        required: false,
        description: "3000, or 8080:3000 for port 8080 of this machine; without it, list the open ports",
      },
      bottle: { type: "string", valueHint: "BOTTLE", description: "the bottle; defaults to this directory's" },
      background: { type: "boolean", description: "return once it is open; it closes when the bottle stops" },
      json: { type: "boolean", description: "print the list as JSON" },
    },
    examples: [
      ["claude-bottle port 3000 --background", "open http://127.0.0.1:3000 to a server in this directory's bottle"],
      ["claude-bottle port", "list the open ports of all bottles"],
    ],
    async run({ args }) {
      const { system } = context;
      if (args.port === undefined) {
        const open = openPorts(system);
        if (args.json)
          return system.out(renderJson(open.map(({ process: _, ...shown }) => ({ ...shown, url: urlOf(shown) }))));
        if (open.length === 0) return inform(system, ...noPortOpen);
        const rows = open.map((one) => [renderPort(one), one.name, urlOf(one)]);
        return system.out(table([["PORT", "BOTTLE", "URL"], ...rows]));
      }
      const asked = parsePort(args.port);
      const plan = await findBottle(system, args.bottle);
      // A sandbox with an open network shares the host's loopback.
      const { capabilities } = await backendOf(system, plan.backend);
      if (isSandbox(capabilities) && plan.network.mode === "open")
        return inform(system, networkShared(plan.name, asked.bottle));
      if (args.background) {
        await openInBackground(system, plan.name, [asked]);
        return inform(system, portReaches(urlOf(asked), asked.bottle, plan.name));
      }
      const text = portReachesForNow(urlOf(asked), asked.bottle, plan.name);
      await interruptible((signal) =>
        forwardPort(system, plan.name, asked, { signal, onOpen: () => inform(system, text) }),
      );
    },
  });
