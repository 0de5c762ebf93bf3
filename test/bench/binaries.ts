import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";

type Measured = { readonly program: string; readonly empty: string; readonly idle: string };

/**
 * The program beside what nothing compiled by Bun can go below: one that does nothing (`empty`), and one that then stays
 * (`idle`). All are written now: the kernel maps an older file page by page, which doubles the start of either.
 */
export async function freshBinaries(program: string): Promise<Measured & Disposable> {
  const folder = mkdtempSync(`${tmpdir()}/bench-`);
  copyFileSync(program, `${folder}/claude-bottle`);
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
    program: `${folder}/claude-bottle`,
    empty: `${folder}/empty`,
    idle: `${folder}/idle`,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
