import proxyImageScript from "../../guest/proxy-image.sh" with { type: "text" };
import { certificatesFile, defaultBase, hashOf, scriptOf, setupScript, type Recipe } from "../recipe.ts";

export const proxyRecipe: Recipe = {
  purpose: "proxy",
  base: defaultBase,
  script: scriptOf(proxyImageScript),
  words: [],
};

/** The engine asks no registry for a name below localhost. */
export const referenceOf = (recipe: Recipe): string => `localhost/claude-bottle/${recipe.purpose}:${hashOf(recipe)}`;

/**
 * The files from which the image is built, by name. `certificates`: this machine's, as PEM; empty means none. The script is a file because builders print each command that they run. Commands are written as
 * JSON, in which the shell's quotes and `$` have no meaning for the builder.
 */
export function buildFiles(
  { purpose, base, script, words, setup }: Recipe,
  certificates = "",
): Readonly<Record<string, string>> {
  const name = `${purpose}.sh`;
  const place = `/opt/claude-bottle/${name}`;
  const run = (argv: readonly string[]) => `RUN ${JSON.stringify(argv)}`;
  const lines = [
    `FROM ${base}`,
    "USER 0:0",
    `COPY ${name} ${place}`,
    ...(certificates === "" ? [] : [`COPY certificates.pem ${certificatesFile}`]),
    run(["/bin/sh", place, ...words]),
    ...(setup === undefined ? [] : [run(["/bin/sh", "-euc", setupScript(setup)])]),
  ];
  return {
    Dockerfile: `${lines.join("\n")}\n`,
    [name]: script,
    ...(certificates !== "" && { "certificates.pem": certificates }),
  };
}
