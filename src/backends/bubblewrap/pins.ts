import type { BottlePlan } from "../../plan/plan.ts";

/** A host directory and its path in the sandbox. */
export type Binding = { readonly source: string; readonly target: string; readonly mode: "ro" | "rw" };

/**
 * What is bound into the sandbox, in order. Includes the directories on the way that a session can write to: a mount point can be neither moved nor
 * replaced, and a link in its place would lead bubblewrap out of the sandbox next time.
 */
export function bindingsOf(
  own: { readonly home: string; readonly temporary: string },
  { user, directory, mounts }: BottlePlan,
): Binding[] {
  const wanted: Binding[] = [
    { source: own.temporary, target: "/tmp", mode: "rw" },
    { source: own.home, target: user.home, mode: "rw" },
    // A worktree may be inside its repository's directory.
    ...mounts.filter(({ target }) => isBelow(directory, target)),
    { source: directory, target: directory, mode: "rw" },
    ...mounts.filter(({ target }) => !isBelow(directory, target)),
  ];
  const found: Binding[] = [];
  for (const binding of wanted) {
    const around = found.filter(({ target }) => isBelow(binding.target, target));
    const nearest = around.toSorted((one, other) => other.target.length - one.target.length)[0];
    if (nearest?.mode === "rw") found.push(...between(nearest, binding.target));
    found.push(binding);
  }
  return found;
}

const isBelow = (path: string, directory: string) => path.startsWith(`${directory}/`);

function between({ source, target }: Binding, path: string): Binding[] {
  const parts = path
    .slice(target.length + 1)
    .split("/")
    .slice(0, -1);
  return parts.map((_, index) => {
    const way = parts.slice(0, index + 1).join("/");
    return { source: `${source}/${way}`, target: `${target}/${way}`, mode: "rw" };
  });
}
