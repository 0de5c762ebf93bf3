// bun run bench [--json FILE] [--rounds N]: the numbers that DESIGN holds us to, as a Markdown table. Ours and what it is held
// against are measured in turn, in one run: a ratio stands on any machine, a number of milliseconds does not.
import { writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { parseArgs } from "node:util";
import { binary } from "../support/binary.ts";
import { dashboardTimes } from "./dashboard.ts";
import { freshBinaries } from "./binaries.ts";
import { backendCalls } from "./calls.ts";
import { listing } from "./listing.ts";
import { markdown, type Row } from "./row.ts";
import { sandboxTimes } from "./sandbox.ts";
import { heldSession } from "./session.ts";
import { startTimes } from "./start.ts";
import { tmuxTimes } from "./tmux.ts";

const { values } = parseArgs({ options: { json: { type: "string" }, rounds: { type: "string", default: "40" } } });
const rounds = Number(values.rounds);

using binaries = await freshBinaries(await binary());
const { program, empty, idle } = binaries;
const rows: Row[] = [
  ...(await startTimes({ program, empty, rounds })),
  ...(await heldSession({ program, idle })),
  ...(await backendCalls(program)),
  ...(await listing({ program, rounds })),
  ...(await tmuxTimes({ program, rounds })),
  ...(await dashboardTimes({ program, empty, idle, rounds })),
  ...(await sandboxTimes({ program, rounds })),
];

console.log(markdown(rows));
const [cpu] = cpus();
const machine = `${process.platform} ${process.arch}, ${cpus().length} cpus (${cpu?.model.trim() ?? "unknown"}), kernel ${release()}, bun ${Bun.version}, ${rounds} rounds`;
console.log(`\n${machine}`);
if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine, rounds, rows }, null, 2)}\n`);
