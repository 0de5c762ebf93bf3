// One table of cases, with the compiled program, on each real backend that this machine has. About a minute for each backend.
import { afterAll, beforeAll, describe, test } from "bun:test";
import { attacks } from "./attacks.ts";
import { cases } from "./cases.ts";
import { downAll, kinds, type Place } from "./place.ts";

const minute = 60_000;
for (const { name, whyNot } of kinds) if (whyNot) console.log(`${name} skipped: ${whyNot}`);
afterAll(downAll, minute);

describe.each(kinds.map((kind) => [kind.name, kind] as const))("%s", (_, kind) => {
  let open: (settings: string) => Promise<Place>;
  beforeAll(async () => {
    if (!kind.whyNot) open = await kind.up();
    // The first run on a machine builds Kubernetes.
  }, 30 * minute);

  // What is written on one side as a session runs is not on the other where the project is a copy.
  for (const { title, settings = "", work } of [...cases, ...attacks].filter(
    ({ mounted }) => !(mounted && kind.copies),
  ))
    test.skipIf(kind.whyNot !== undefined)(
      title,
      async () => {
        await using place = await open(settings);
        await work(place);
      },
      2 * minute,
    );
});
