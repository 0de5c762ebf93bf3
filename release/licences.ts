import { readFileSync } from "node:fs";
import type { Component } from "./sbom.ts";

/** The licence of every part, in its own words. Throws for a part without one. */
export function licenceTexts(root: string, parts: readonly Component[]): string {
  const sections = parts.map(({ name, version, licenses = [] }) => {
    const kind = licenses.map(({ license }) => license.id ?? license.name).join(", ");
    return `${name} ${version} (${kind})\n\n${licenceOf(root, name).trim()}\n`;
  });
  return [
    "claude-bottle is under the MIT licence. It holds these parts, each under its own licence.\n",
    ...sections,
  ].join(`\n${"-".repeat(72)}\n\n`);
}

function licenceOf(root: string, name: string): string {
  // Bun's npm package ships no licence file; its manual lists what it links.
  if (name === "bun")
    return readFileSync(`${root}/node_modules/bun-types/docs/project/license.mdx`, "utf8").replace(
      /^---.*?---\s*/s,
      "",
    );
  const [file] = [
    ...new Bun.Glob("{LICENSE,LICENCE,license}*").scanSync({ cwd: `${root}/node_modules/${name}`, absolute: true }),
  ];
  if (!file) throw new Error(`${name} has no licence file`);
  return readFileSync(file, "utf8");
}
