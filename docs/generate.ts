// bun docs/generate.ts: manifest.md and bottle.schema.json, from the schema that the program itself reads manifests by.
import { backendNames } from "../src/backends/registry.ts";
import { manifestJsonSchema } from "../src/manifest/json-schema.ts";
import { presets } from "../src/manifest/schema/presets.ts";
import { manifestFileSchema } from "../src/manifest/schema.ts";
import { shapeOf, type Shape } from "../src/manifest/shape.ts";

const read = (name: string) => Bun.file(`${import.meta.dir}/${name}`).text();

/** Each generated file by its name. */
export async function generate(): Promise<Record<string, string>> {
  const { parts } = shapeOf(manifestFileSchema(backendNames));
  const example = await read("example.toml");
  const page = (await read("manifest.template.md")).replace(/^\{\{(.+)\}\}$/gm, (_, name: string) => {
    if (name === "example") return `\`\`\`toml\n${example.trimEnd()}\n\`\`\``;
    if (name === "presets") return table(["preset", "hosts"], Object.entries(presets).map(([key, hosts]) => [code(key), hosts.map(code).join(", ")])); // prettier-ignore
    const section = name
      .split(".")
      .reduce<Shape | undefined>((shape, key) => shape?.parts.get(key), { parts } as Shape);
    if (!section) throw new Error(`manifest.template.md names "${name}", which the schema does not know`);
    return sectionTable(section);
  });
  const missing = [...parts.keys()].filter(
    (name) => !page.includes(`## \`[${name}`) && !page.includes(`## \`[[${name}`),
  );
  if (missing.length > 0) throw new Error(`manifest.template.md says nothing of ${missing.join(", ")}`);
  return {
    "manifest.md": page,
    "bottle.schema.json": `${JSON.stringify(manifestJsonSchema(backendNames), null, 2)}\n`,
  };
}

const sectionTable = ({ parts }: Shape): string =>
  table(
    ["key", "description", "type", "default"],
    [...parts].map(([name, part]) => [code(name), part.about ?? "", valueOf(part), fallbackOf(part)]),
  );

function valueOf(shape: Shape): string {
  const [item] = shape.parts.values();
  if (shape.kind === "choice") return shape.words.map((word) => code(JSON.stringify(word))).join(", ");
  if (shape.kind === "list" && item?.kind === "table") return shape.expected;
  return shape.expected;
}

const fallbackOf = ({ fallback }: Shape): string => (fallback === undefined ? "unset" : code(JSON.stringify(fallback)));

const code = (text: string) => `\`${text}\``;

/** Aligned as the formatter does it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => Bun.stringWidth(row[column] ?? ""))));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - Bun.stringWidth(cell))).join(" | ")} |`;
  const [titles = [], ...body] = cells;
  return [line(titles), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

if (import.meta.main)
  for (const [name, text] of Object.entries(await generate())) await Bun.write(`${import.meta.dir}/${name}`, text);
