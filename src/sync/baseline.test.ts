import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { realSystem } from "../system/real.ts";
import { makeStaging } from "./baseline.ts";

test("what a sync that was killed left behind goes with the bottle's next one, and no other bottle's", () => {
  const state = mkdtempSync(`${tmpdir()}/staging-`);
  try {
    const system = realSystem({ XDG_STATE_HOME: state });
    const left = makeStaging(system, "cb-a-0");
    writeFileSync(`${left}/file`, "half");
    const other = makeStaging(system, "cb-b-0");
    const next = makeStaging(system, "cb-a-0");
    const kept = readdirSync(`${state}/claude-bottle/copies`).map((name) => `${state}/claude-bottle/copies/${name}`);
    expect(kept.sort()).toEqual([next, other].sort());
  } finally {
    rmSync(state, { recursive: true });
  }
});
