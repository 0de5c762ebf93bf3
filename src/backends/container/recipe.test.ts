import { expect, test } from "bun:test";
import { dockerfileOf, referenceOf, templateRecipe } from "./recipe.ts";

test("the reference is another one once the recipe is", () => {
  const recipes = [{}, { base: "debian:12" }, { setup: "true" }, { claude: "2.0.0" }];
  const references = recipes.map((plan) => referenceOf(templateRecipe(plan)));
  expect(new Set(references).size).toBe(recipes.length);
  expect(referenceOf(templateRecipe({}))).toBe(references[0] ?? "");
  for (const reference of references) expect(reference).toMatch(/^localhost\/claude-bottle\/template:[0-9a-f]{12}$/);
});

test("a step's quotes, newlines and variables are the shell's alone", () => {
  const setup = `echo "a b" 'c' $HOME \\\n && true`;
  const lines = dockerfileOf(templateRecipe({ base: "debian:12", setup }))
    .trimEnd()
    .split("\n");
  expect(lines.slice(0, 2)).toEqual(["FROM debian:12", "USER 0:0"]);
  expect(lines).toHaveLength(4);
  expect(JSON.parse(lines[3]?.replace(/^RUN /, "") ?? "")).toEqual(["/bin/sh", "-euc", setup]);
});
