// bun run bench [--json FILE] [--rounds N] [--only GROUP,...] [--cpu] [--against REVISION]: the numbers that DESIGN holds us to, as a Markdown table. Ours and what it is held
// against are measured in turn, in one run: a ratio stands on any machine, a number of milliseconds does not.
import { writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { parseArgs } from "node:util";
import { binary } from "../support/binary.ts";
import { dashboardTimes } from "./dashboard.ts";
import { beforeText, inTurns } from "./against.ts";
import { freshBinaries } from "./binaries.ts";
import { backendCalls } from "./calls.ts";
import { listing } from "./listing.ts";
import { buildRevision } from "./revision.ts";
import { markdown, type Row } from "./row.ts";
import { sandboxTimes } from "./sandbox.ts";
import { heldSession } from "./session.ts";
import { clock } from "./pairs.ts";
import { startTimes } from "./start.ts";
import { spent } from "./stub.ts";
import { tmuxTimes } from "./tmux.ts";

const { values } = parseArgs({
  options: {
    json: { type: "string" },
    rounds: { type: "string", default: "40" },
    against: { type: "string" },
    only: { type: "string" },
    cpu: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
// For a busy machine: the processor time of each command that runs to its end, in place of the time that passes.
if (values.cpu) clock.now = () => spent.cpuMs;
const root = `${import.meta.dir}/../..`;

using revision = values.against === undefined ? undefined : await buildRevision(values.against);
using binaries = await freshBinaries({ program: await binary(), ...(revision && { other: revision.program }) });
const { program, other, empty, idle } = binaries;

type Measured = { readonly program: string; readonly rounds: number; readonly source: string };
const groups: Readonly<Record<string, (of: Measured) => Promise<Row[]>>> = {
  start: (of) => startTimes({ ...of, empty }),
  session: (of) => heldSession({ ...of, idle }),
  calls: (of) => backendCalls(of.program),
  listing,
  tmux: tmuxTimes,
  dashboard: (of) => dashboardTimes({ ...of, empty, idle }),
  sandbox: sandboxTimes,
};

const rows: Row[] = [];
const before = new Map<string, Row>();
for (const name of values.only?.split(",") ?? Object.keys(groups)) {
  const group = groups[name];
  if (!group) throw new Error(`there is no group ${name}: ${Object.keys(groups).join(", ")}`);
  const ours = (part: number) => group({ program, rounds: part, source: root });
  if (!revision || other === undefined) rows.push(...(await ours(rounds)));
  else {
    const both = await inTurns(rounds, ours, (part) =>
      group({ program: other, rounds: part, source: revision.source }),
    );
    rows.push(...both.rows);
    for (const [what, row] of both.before) before.set(what, row);
  }
}

// What another process starts, such as tmux, is not counted.
const shown = values.cpu ? rows.filter(({ value }) => Number.isFinite(value)) : rows;
console.log(markdown(shown, revision && ((row) => beforeText(row, before))));
const [cpu] = cpus();
const machine = `${process.platform} ${process.arch}, ${cpus().length} cpus (${cpu?.model.trim() ?? "unknown"}), kernel ${release()}, bun ${Bun.version}, ${rounds} rounds`;
console.log(`\n${machine}`);
if (values.json)
  writeFileSync(values.json, `${JSON.stringify({ machine, rounds, rows, before: [...before.values()] }, null, 2)}\n`);
