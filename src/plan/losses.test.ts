import { expect, test } from "bun:test";
import { lossesOf } from "./losses.ts";
import type { BottlePlan } from "./plan.ts";

const plan = {
  directory: "/work/project",
  providedFiles: ["/home/dev/.config/nvim"],
  mounts: [{ source: "/data", target: "/srv/data", mode: "ro" }],
  user: { name: "dev", uid: 1000, gid: 1000, home: "/home/dev" },
} as unknown as BottlePlan;

test.each([
  ["a file of the user's", "/home/dev/notes.txt", "files"],
  ["one in a directory with a dot", "/home/dev/.config/gh/hosts.yml", "files"],
  ["one that we copied from the host", "/home/dev/.config/nvim/init.lua", undefined],
  ["one outside the home", "/opt/tool/bin", "files"],
  ["one of another home", "/root/x", "files"],
  ["a conversation", "/home/dev/.claude/projects/-work-project/0a.jsonl", "conversations"],
  ["what Claude remembers of the project", "/home/dev/.claude/projects/-work-project/memory/MEMORY.md", "files"],
  ["an agent for Claude", "/home/dev/.claude/agents/review.md", "files"],
  ["Claude's bookkeeping", "/home/dev/.claude/todos/1.json", undefined],
  ["a part of a conversation", "/home/dev/.claude/projects/-work-project/0a/subagents/1.jsonl", undefined],
  ["what we wrote for Claude", "/home/dev/.claude/settings.json", undefined],
  ["the same, beside its directory", "/home/dev/.claude.json.backup", undefined],
  ["a cache", "/home/dev/.cache/pip/x", undefined],
  ["what Claude opens links with", "/home/dev/.local/share/applications/claude-code-url-handler.desktop", undefined],
  ["a cache deep in a directory", "/home/dev/tool/node_modules/x/index.js", undefined],
  ["a shell's history", "/home/dev/.bash_history", undefined],
  ["a temporary file", "/tmp/x", undefined],
  ["an installed program", "/usr/local/bin/x", undefined],
  ["a library's directory of another name", "/lib64/x", undefined],
  ["a top directory that only starts like one of the system's", "/librarian/x", "files"],
  ["what an engine marks its machines with", "/.dockerenv", undefined],
  ["the project", "/work/project/x", undefined],
  ["the way to the project", "/work", undefined],
  ["a mount", "/srv/data/x", undefined],
  ["beside a mount", "/srv/database", "files"],
  ["the home itself", "/home/dev", undefined],
])("%s", (_, path, kind) =>
  expect(lossesOf([path], plan)).toEqual({ conversations: [], files: [], ...(kind && { [kind]: [path] }) }),
);

test("a directory does not count besides what is in it", () => {
  const paths = ["/home", "/home/dev", "/home/dev/a", "/home/dev/a/b", "/home/dev/a/b/file", "/home/dev/a-b", "/home/dev/.claude"];
  expect(lossesOf(paths, plan).files).toEqual(["/home/dev/a-b", "/home/dev/a/b/file"]);
}); // prettier-ignore
