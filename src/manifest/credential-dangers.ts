import type { Danger, Facts } from "./danger.ts";
import type { Resolved } from "./layers.ts";
import { placeOf } from "./parse.ts";

// If the bottle holds Claude's real credential, a repository's own files can run programs that read it, or send it elsewhere, before the user has
// seen them: without a terminal Claude asks nothing, and we answer its question about the directory.

/** Keys of settings that neither run a program nor say where the credential goes. Claude itself writes the first. */
const harmless = new Set([
  "permissions", "model", "language", "outputStyle", "effortLevel", "alwaysThinkingEnabled", "spinnerTipsEnabled", "includeCoAuthoredBy",
  "attribution", "cleanupPeriodDays", "respectGitignore", "plansDirectory", "companyAnnouncements", "$schema",
]); // prettier-ignore

const obeyed =
  /^(?:ANTHROPIC_|CLAUDE_|(?:HTTPS?|ALL|NO)_PROXY$|BASH_ENV$|ENV$|LD_|DYLD_|NODE_|BUN_|PYTHON|PERL5|RUBY|GIT_|SSL_|PATH$|SHELL$|PROMPT_COMMAND$)/i;

/** A file of the home that some program reads when it starts, or a file outside the home. */
const isRead = (target: string) => /^(?:~\/\.|\/|~\/bin\/)/.test(target);

export function credentialDangers({ manifest, origin }: Resolved, facts: Facts): Danger[] {
  if (facts.isBrokered) return [];
  const dangers: Danger[] = [];
  const add = (path: readonly string[], text: string, value?: unknown) => {
    const from = origin(path);
    if (from?.layer.kind === "project")
      dangers.push({ place: placeOf(from.layer, from.path), text, judged: [path[0], text, value] });
  };

  const addEnv = (path: readonly string[], env: Readonly<Record<string, string>>) => {
    for (const [name, value] of Object.entries(env))
      if (obeyed.test(name))
        add([...path, name], `sets ${name} to ${JSON.stringify(value)}, which programs beside your credential obey`);
  };
  addEnv(["env"], manifest.env);
  for (const [name, { env }] of Object.entries(manifest.agents)) addEnv(["agents", name, "env"], env);

  manifest.provision.files.forEach(({ source, target }, index) => {
    const hash = facts.fileHashes.get(index);
    if (hash !== undefined && isRead(target))
      add(
        ["provision", "files", String(index)],
        `copies ${JSON.stringify(source)}, as it is now, to ${JSON.stringify(target)}, beside your credential`,
        hash,
      );
  });

  for (const { path, value, hash } of facts.claudeFiles) {
    const asked = runsUnasked(path, value);
    if (asked === undefined) continue;
    const text = `has Claude, which holds your credential, obey ${path} as it is now${asked.length > 0 ? `: ${asked.join(", ")}` : ""}`;
    dangers.push({ place: path, text, judged: ["claude", text, value === undefined ? hash : obeyedPart(path, value)] });
  }
  return dangers;
}

/** The parts of the file that are not harmless; undefined if there are none. */
function runsUnasked(path: string, value: unknown): string[] | undefined {
  if (value === undefined) return [];
  const names = Object.keys(obeyedPart(path, value));
  return names.length > 0 ? names.map((name) => JSON.stringify(name)) : undefined;
}

/** The parts of the file that Claude Code obeys without asking, as text; undefined if there are none. */
export function obeyedOfClaude(path: string, text: string): string | undefined {
  try {
    const part = obeyedPart(path, JSON.parse(text.replace(/^\uFEFF/, "")) as unknown);
    return Object.keys(part).length > 0 ? JSON.stringify(part) : undefined;
  } catch {
    return text;
  }
}

function obeyedPart(path: string, value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  const servers = (value as { mcpServers?: unknown }).mcpServers;
  const part = path.endsWith(".mcp.json") ? servers : value;
  if (typeof part !== "object" || part === null) return {};
  return Object.fromEntries(Object.entries(part).filter(([name]) => part === servers || !harmless.has(name)));
}
