// The table of docs/git.md, from real runs: bun test/git-table.ts [--write] [BACKEND...]. TOOL_BIN is the program, or its source.
import { readFileSync, writeFileSync } from "node:fs";
import { Podman } from "./support/podman.ts";
import { type Cell, forms, operations, tryForm } from "./support/git-forms.ts";
import { Home } from "./support/tool.ts";

const page = `${import.meta.dir}/../docs/git.md`;
const [begin, end] = ["<!-- test/git-table.ts writes this table -->", "<!-- the end of the table -->"];

await using podman = await Podman.up();
const backends = ["bubblewrap", "landlock", "podman"] as const;
const only = process.argv.slice(2).filter((word) => !word.startsWith("--"));

class Machine extends Home {
  override get env(): Record<string, string> {
    return { ...super.env, ...podman.env, PATH: `${super.env.PATH}:/usr/sbin:/sbin` };
  }
}

const results = new Map<string, Record<string, Cell>>();
for (const backend of backends.filter((name) => only.length === 0 || only.includes(name))) {
  using home = new Machine();
  const network = backend === "podman" ? "off" : "open";
  for (const form of forms) {
    const cells = await tryForm(home, form, `[bottle]\nbackend = "${backend}"\n[network]\nmode = "${network}"\n`);
    results.set(`${form.name} ${backend}`, cells);
    const odd = Object.entries(cells).filter(([, cell]) => cell !== "yes");
    console.log(`${backend}: ${form.name}: ${odd.length === 0 ? "all" : odd.map((one) => one.join(": ")).join("; ")}`);
  }
}

/** One letter for each backend in which it works, where they differ. */
function cellOf(form: string, operation: string): string {
  const working = backends.filter((backend) => results.get(`${form} ${backend}`)?.[operation] === "yes");
  if (working.length === backends.length) return "yes";
  return working.length === 0 ? "no" : working.join(", ");
}

if (process.argv.includes("--write")) {
  const names = Object.keys(operations);
  const rows = forms.map(({ name }) => [name, ...names.map((operation) => cellOf(name, operation))]);
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const table = [line(["", ...names]), line(["", ...names].map(() => "---")), ...rows.map(line)].join("\n");
  const text = readFileSync(page, "utf8");
  const before = text.slice(0, text.indexOf(begin) + begin.length);
  writeFileSync(page, `${before}\n\n${table}\n\n${text.slice(text.indexOf(end))}`);
}
