import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";

type Binaries = { readonly program: string; readonly other?: string; readonly empty: string; readonly idle: string };

const empties = { empty: "export {};\n", idle: "setInterval(() => {}, 1e9);\nexport {};\n" };

/**
 * The program beside what nothing compiled by Bun can go below: one that does nothing (`empty`), and one that then stays
 * (`idle`). All three are copies of this moment: how fast a file starts, and how much of it is resident, depends on how its
 * pages came into the kernel's cache, by up to a half.
 */
export async function freshBinaries(built: {
  readonly program: string;
  readonly other?: string;
}): Promise<Binaries & Disposable> {
  const directory = mkdtempSync(`${tmpdir()}/bench-`);
  const sources: Record<string, string> = { ...built };
  for (const [name, text] of Object.entries(empties)) {
    writeFileSync(`${directory}/${name}.ts`, text);
    sources[name] = `${directory}/built-${name}`;
    await Bun.build({
      entrypoints: [`${directory}/${name}.ts`],
      splitting: true,
      bytecode: true,
      format: "esm",
      minify: { whitespace: true, syntax: true, identifiers: false },
      compile: { outfile: sources[name], autoloadDotenv: false, autoloadBunfig: false },
    });
  }
  for (const [name, source] of Object.entries(sources)) copyFileSync(source, `${directory}/${name}`);
  return {
    program: `${directory}/program`,
    ...(built.other !== undefined && { other: `${directory}/other` }),
    empty: `${directory}/empty`,
    idle: `${directory}/idle`,
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}
