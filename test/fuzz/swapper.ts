// Beside the tree fuzz: exchanges directories of a tree for links that lead out of it and back, as fast as it can, until it is killed.
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";

const [, , inside = "", outside = ""] = process.argv;
const pairs = ["d", "e", "a", "x"].map((name, index) => ({
  path: `${inside}/${name}`,
  away: `${inside}/.away-${index}`,
}));
for (;;)
  for (const { path, away } of pairs)
    try {
      if (existsSync(away)) {
        rmSync(path, { force: true });
        renameSync(away, path);
      } else {
        renameSync(path, away);
        symlinkSync(outside, path);
      }
    } catch {
      rmSync(away, { recursive: true, force: true });
      mkdirSync(inside, { recursive: true });
    }
