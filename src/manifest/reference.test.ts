import { expect, test } from "bun:test";
import { generate } from "../../docs/generate.ts";

test("the reference page and the schema file are what the schema says now; bun docs/generate.ts makes them anew", async () => {
  for (const [name, text] of Object.entries(await generate()))
    expect([name, await Bun.file(new URL(`../../docs/${name}`, import.meta.url)).text()]).toEqual([name, text]);
});
