import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";

/** What no program compiled by Bun can go below: one that does nothing (`file`), and one that then stays (`idle`). */
export async function emptyBinary(): Promise<{ file: string; idle: string } & Disposable> {
  const folder = mkdtempSync(`${tmpdir()}/bench-`);
  for (const [name, text] of [
    ["empty", "export {};\n"],
    ["idle", "setInterval(() => {}, 1e9);\nexport {};\n"],
  ] as const) {
    writeFileSync(`${folder}/${name}.ts`, text);
    await Bun.build({
      entrypoints: [`${folder}/${name}.ts`],
      splitting: true,
      bytecode: true,
      format: "esm",
      minify: { whitespace: true, syntax: true, identifiers: false },
      compile: { outfile: `${folder}/${name}`, autoloadDotenv: false, autoloadBunfig: false },
    });
  }
  return {
    file: `${folder}/empty`,
    idle: `${folder}/idle`,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
