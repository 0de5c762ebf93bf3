// Git in the bottle of every form of a repository. `bun test/git-table.ts` tries more backends.
import { expect, test } from "bun:test";
import { whyNoBubblewrap } from "../support/bubblewrap.ts";
import { forms, operations, tryForm } from "../support/git-forms.ts";
import { Home } from "../support/tool.ts";

if (whyNoBubblewrap) console.log(`git in every form of a repository: skipped, ${whyNoBubblewrap}`);

/** To git no more than an ordinary checkout. */
const alike = ["a path with spaces", "shallow clone", "sparse checkout"];
const tried = forms.filter(({ name }) => !alike.includes(name));

/** These start with one line that says why. */
const lacking = ["shared clone", "separate git directory", "below the top, without `bottle.toml`"];

test.skipIf(whyNoBubblewrap !== undefined)("git works in a bottle of every form of a repository, or its start says why not", async () => {
  const found = await Promise.all(
    tried.map(async (form) => {
      using home = new Home();
      return [form.name, await tryForm(home, form, '[bottle]\nbackend = "bubblewrap"\n[network]\nmode = "off"\n')];
    }),
  );
  const all = (cell: string) => Object.fromEntries(Object.keys(operations).map((name) => [name, cell]));
  expect(Object.fromEntries(found)).toEqual(
    Object.fromEntries(tried.map(({ name }) => [name, all(lacking.includes(name) ? "no" : "yes")])),
  );
}, 120_000); // prettier-ignore
