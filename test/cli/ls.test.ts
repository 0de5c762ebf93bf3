import { expect, test } from "bun:test";
import { existsSync, rmSync } from "node:fs";
import { Home } from "../support/tool.ts";

test("ls asks no engine that holds no bottle, unless the ledger has none; gc asks all", async () => {
  using home = new Home();
  const asked = `${home.directory}/asked`;
  home.program("podman", `: >'${asked}'; exit 1`);
  const asks = async (command: string) => {
    rmSync(asked, { force: true });
    expect((await home.run([command])).code).toBe(0);
    return existsSync(asked);
  };
  const before = await asks("ls");
  await home.run(["exec", "--", "true"]);
  expect([before, await asks("ls"), await asks("gc")]).toEqual([true, false, true]);
});
