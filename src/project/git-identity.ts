import type { GitIdentity } from "../plan/plan.ts";
import type { System } from "../system/system.ts";

/** Who commits on this machine, by the user's own configuration; a repository's is not read, and the bottle sees it anyway. */
export async function gitIdentity(system: System): Promise<GitIdentity | undefined> {
  if (system.which("git") === undefined) return undefined;
  const { code, stdout } = await system.run(
    ["git", "config", "--global", "--includes", "--null", "--get-regexp", "^user\\.(name|email)$"],
    { cwd: "/", timeoutMs: 5000 },
  );
  if (code !== 0) return undefined;
  const found = new Map(
    stdout.split("\0").flatMap((entry) => {
      const [key = "", ...value] = entry.split("\n");
      return key === "" ? [] : [[key, value.join("\n")] as const];
    }),
  );
  const [name, email] = [found.get("user.name"), found.get("user.email")];
  return name && email ? { name, email } : undefined;
}
