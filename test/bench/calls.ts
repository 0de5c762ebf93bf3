import { Home } from "../support/tool.ts";
import { row, type Row } from "./row.ts";
import { succeed } from "./stub.ts";

/** How often the backend is asked before the agent's own exec; create and start of a cold run are not counted. */
export async function backendCalls(program: string): Promise<Row[]> {
  using home = new Home();
  home.settings('bottle.backend = "smolvm"\n[agents.claude]\ncommand = "true"\n');
  const before = async () => {
    const done = home.verbs().length;
    await succeed([program, "run"], home);
    const verbs = home.verbs().slice(done);
    if (verbs.at(-1) !== "exec") throw new Error(`the agent was not started last: ${verbs.join(" ")}`);
    return verbs.slice(0, -1);
  };
  const cold = await before();
  const warm = await before();
  const others = cold.filter((verb) => verb !== "create" && verb !== "start");
  return [
    row({
      what: "backend calls before the agent, warm `run`",
      ours: warm.join(", ") || "none",
      against: "-",
      value: warm.length,
      unit: " calls",
      bound: 1,
    }),
    row({
      what: "the same of a cold one, besides create and start",
      ours: cold.join(", "),
      against: "-",
      value: others.length,
      unit: " calls",
      bound: 2,
    }),
  ];
}
