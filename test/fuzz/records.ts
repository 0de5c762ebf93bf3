import { parseJob, parseProcess, parseTurn } from "../../src/activity/records.ts";
import { parseTree } from "../../src/guest/tree.ts";
import { isInside } from "../../src/system/held-directory.ts";
import type { Random } from "./random.ts";

const id = "01234567-89ab-cdef-0123-456789abcdef";
const records = [
  { pid: 7, procStart: "123", sessionId: id, kind: "bg", status: "busy", waitingFor: "x", startedAt: 1, name: "n", cwd: "/", jobId: "01234567" },
  { sessionId: id, state: "running", tempo: "x", needs: null, detail: "d", name: "n", tokens: 3, createdAt: "2026-11-30T00:00:00Z", updatedAt: "2026-11-30T00:00:00Z" },
].map((record) => JSON.stringify(record)).concat(`${id}\n\n{"hook_event_name":"Stop","tool_name":"Bash","message":"m"}`); // prettier-ignore
const list = ["81a4 1 2026-01-01 .//./a", "41ed 0 2026-01-01 .//./d", "81a4 1 2026-01-01 .//./d/b", "end", ""].join(
  "\n",
);

/** What a bottle says of itself: parsed or refused, and never a way out. */
export async function fuzzRecords(random: Random, isOver: () => boolean): Promise<number> {
  let rounds = 0;
  for (; !isOver(); rounds += 1) {
    const text = random.spoiled(random.of(records));
    parseProcess(text);
    parseTurn(random.spoiled("session"), text, 1);
    parseJob("01234567", text);
    const answer = random.spoiled(random.chance(0.5) ? Buffer.from(random.spoiled(list)).toString("base64") : list);
    for (const name of parseTree(answer)?.keys() ?? [])
      if (!isInside(name)) throw new Error(`a list led out: ${JSON.stringify(name)}`);
    if (rounds % 200 === 0) await Bun.sleep(0);
  }
  return rounds;
}
