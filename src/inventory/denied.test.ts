import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { Ledger } from "../ledger/ledger.ts";
import { programsAtOnce } from "../lib/pool.ts";
import { realSystem } from "../system/real.ts";
import type { Run } from "../system/system.ts";
import { deniedHosts } from "./denied.ts";

test("of many bottles a few are asked at once for what they were denied", async () => {
  const directory = mkdtempSync(`${tmpdir()}/claude-bottle-denied-`);
  try {
    let [running, most] = [0, 0];
    const run = async (argv: readonly string[]): Promise<Run> => {
      most = Math.max(most, (running += 1));
      await new Promise<void>((resolve) => void setImmediate(resolve));
      running -= 1;
      const second = argv.find((word) => word.startsWith("m"))?.slice(1, 3);
      const stdout = JSON.stringify([{ timestamp: `2026-11-24T10:00:${second}Z`, dest: "a.example" }]);
      return { code: 0, stdout, stderr: "", signal: undefined, timedOut: false };
    };
    const real = realSystem({ HOME: directory, XDG_STATE_HOME: directory });
    const system = { ...real, run, which: () => "/opt/smolvm" };
    {
      using ledger = new Ledger(system);
      const user = { name: "ann", uid: 1000, gid: 100, home: "/home/ann" };
      for (let at = 10; at < 60; at += 1)
        ledger.saveBottle(
          {
            name: `m${at}`, backend: "smolvm", directory: `/shop/${at}`, image: "debian", cpus: 2, memoryMiB: 4096,
            user, mounts: [], network: { mode: "list", hosts: [] }, credentials: [],
          },
          undefined,
        ); // prettier-ignore
    }
    const found = await deniedHosts(system);
    expect({ found: found.length, most }).toEqual({ found: 50, most: programsAtOnce });
  } finally {
    rmSync(directory, { recursive: true });
  }
});
