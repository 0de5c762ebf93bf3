import { expect, test } from "bun:test";
import { templateRecipe } from "../recipe.ts";
import { buildFiles, referenceOf } from "./recipe.ts";

test("the reference is another one once the recipe is", () => {
  const recipes = [{}, { base: "debian:12" }, { setup: "true" }, { claude: "2.0.0" }];
  const references = recipes.map((plan) => referenceOf(templateRecipe(plan)));
  expect(new Set(references).size).toBe(recipes.length);
  expect(referenceOf(templateRecipe({}))).toBe(references[0] ?? "");
  for (const reference of references) expect(reference).toMatch(/^localhost\/claude-bottle\/template:[0-9a-f]{12}$/);
});

test("an image is built by our script, and then by the user's commands, whose quotes, newlines and variables are the shell's alone", () => {
  const setup = `echo "a b" 'c' $HOME \\\n && true`;
  const recipe = templateRecipe({ base: "debian:12", setup, claude: "2.0.0" });
  expect(buildFiles(recipe)).toEqual({
    Dockerfile: `FROM debian:12
USER 0:0
COPY template.sh /opt/claude-bottle/template.sh
RUN ["/bin/sh","/opt/claude-bottle/template.sh","2.0.0"]
RUN ["/bin/sh","-euc",${JSON.stringify(`echo claude-bottle "step 4: setup commands"\n[ ! -e /opt/claude-bottle/certificates.env ] || . /opt/claude-bottle/certificates.env\n${setup}`)}]
`,
    "template.sh": recipe.script,
  });
});

test("this machine's certificates are there before anything is fetched, and do not make it another image", () => {
  const recipe = templateRecipe({ base: "debian:12" });
  const { Dockerfile = "", ...files } = buildFiles(recipe, "PEM");
  expect(Dockerfile).toContain("COPY certificates.pem /opt/claude-bottle/certificates.pem\nRUN ");
  expect(files).toEqual({ "template.sh": recipe.script, "certificates.pem": "PEM" });
});
