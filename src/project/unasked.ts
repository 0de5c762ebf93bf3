import { sha256 } from "../lib/hash.ts";
import { contains } from "../lib/paths.ts";
import type { ClaudeFile } from "../manifest/danger.ts";
import type { FilePlan } from "../plan/plan.ts";
import { readBounded } from "../system/bounded.ts";
import { isDirectory } from "../system/files.ts";
import { HeldDirectory } from "../system/held-directory.ts";
import { tooLargeToJudge } from "./errors.ts";

const longestSettings = 1024 * 1024;
const most = { entries: 5_000, bytes: 64 * 1024 * 1024 };

/** The files that Claude Code reads in the directories in which a session may start. */
export function claudeFilesOf(directory: string, cwd: string): ClaudeFile[] {
  return [...new Set([directory, cwd])].flatMap((place) =>
    [".claude/settings.json", ".claude/settings.local.json", ".mcp.json"].flatMap((name) => {
      const file = readBounded(`${place}/${name}`, longestSettings);
      if (!file) return [];
      const path = place === directory ? name : `${place.slice(directory.length + 1)}/${name}`;
      return [{ path, value: parseJson(file.content.toString("utf8")), hash: sha256(file.content) }];
    }),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, "")) as unknown;
  } catch {
    return undefined;
  }
}

/** For the provisioned files that are in the project, by index: a fingerprint of the content. */
export function fileHashes(directory: string, files: readonly FilePlan[]): Map<number, string> {
  const own = files.flatMap(({ source }, index) => (contains(directory, source) ? [[index, source] as const] : []));
  return new Map(own.map(([index, source]) => [index, isDirectory(source) ? treeHash(source) : fileHash(source)]));
}

function fileHash(path: string): string {
  const file = readBounded(path, most.bytes);
  if (file) return sha256(file.content);
  throw tooLargeToJudge(path);
}

function treeHash(path: string): string {
  using directory = HeldDirectory.open(path);
  const hash = new Bun.CryptoHasher("sha256");
  let entries = 0;
  let bytes = 0;
  for (const { name, status } of directory.walk()) {
    const content = directory.read(name, most.bytes) ?? new Uint8Array();
    entries += 1;
    bytes += content.length;
    if (entries > most.entries || bytes > most.bytes) throw tooLargeToJudge(path);
    hash.update(JSON.stringify([name, status.mode, sha256(content)]));
  }
  return hash.digest("hex");
}
