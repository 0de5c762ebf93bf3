import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";

const root = `${import.meta.dir}/../..`;

/** Another revision of this program, built in a worktree of its own with the packages of this clone. */
export type Revision = Disposable & { readonly program: string; readonly source: string };

export async function buildRevision(revision: string): Promise<Revision> {
  const directory = mkdtempSync(`${tmpdir()}/bench-revision-`);
  const source = `${directory}/source`;
  await succeedIn(root, ["git", "worktree", "add", "--quiet", "--detach", source, revision]);
  symlinkSync(`${root}/node_modules`, `${source}/node_modules`);
  const program = `${directory}/claude-bottle`;
  await succeedIn(source, [process.execPath, "build.ts", "--outfile", program]);
  return {
    program,
    source,
    [Symbol.dispose]() {
      Bun.spawnSync(["git", "worktree", "remove", "--force", source], { cwd: root });
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function succeedIn(cwd: string, argv: readonly string[]): Promise<void> {
  const child = Bun.spawn([...argv], { cwd, stdin: "ignore", stdout: "ignore", stderr: "inherit" });
  if ((await child.exited) !== 0) throw new Error(`${argv.join(" ")} failed`);
}
