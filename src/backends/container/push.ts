import { printable } from "../../lib/quote.ts";
import type { TemplatePlan } from "../../plan/plan.ts";
import { work } from "../../ui/work.ts";
import type { StepOptions } from "../backend.ts";
import { templateRecipe } from "../recipe.ts";
import type { Client } from "./client.ts";
import { builtImage, ensureImages } from "./image.ts";
import { cannotPush } from "./errors.ts";
import { pushingTemplate } from "./messages.ts";

/** Builds the template if needed and pushes it under that name, with the engine's own login. */
export async function pushTemplate(
  client: Client,
  template: TemplatePlan,
  reference: string,
  options: StepOptions,
): Promise<void> {
  const { system, program } = client;
  const [image = ""] = await ensureImages(client, [builtImage(client, templateRecipe(template))], options);
  await client.settle(`name the template "${printable(reference)}"`, ["tag", image, reference], options);
  await work(system, { ...pushingTemplate(reference, program), steps: 1 }, async (progress) => {
    const { code } = await client.call(["push", reference], { ...options, onOutput: progress.output });
    if (code === 0) return;
    throw cannotPush(reference, program, progress);
  });
}
