import type { BottlePlan } from "./plan.ts";
import { sessionUser } from "./session.ts";

/** What is lost with a bottle. */
export type Losses = {
  /** Claude's conversations that could be resumed. */
  readonly conversations: readonly string[];
  readonly files: readonly string[];
};

/**
 * Top-level directories of a guest that do not count: what packages install, what lasts for one start, and the state of the system and of an engine.
 */
const systemDirectories = /^\/(\.[^/]+$|bin|boot|dev|etc|lib(32|64|x32)?|proc|run|sbin|sys|tmp|usr|var)(\/|$)/;

/** What programs download or generate, and would again. */
const made = [
  /(^|\/)(\.cache|node_modules|__pycache__|\.venv)(\/|$)/,
  /^(\.npm|\.bun|\.rustup|\.cargo\/registry|\.gradle\/caches|\.m2\/repository|go\/pkg)(\/|$)/,
  /^\.local\/(share|state)\/claude(\/|$)/,
  /^\.local\/share\/applications\/claude-code-url-handler\.desktop$/,
  /^\.local\/lib(\/|$)/,
  /^\.(\w+_history|lesshst|viminfo|wget-hsts|zcompdump.*|sudo_as_admin_successful)$/,
  /^\.claude\.json/,
  /^\.config\/claude-bottle(\/|$)/,
  /^\.ssh\/known_hosts(\.old)?$/,
];

const conversation = /^\.claude\/projects\/[^/]+\/[^/]+\.jsonl$/;
/** The files in Claude's directory that a person wrote; the rest is bookkeeping. */
const written =
  /^\.claude\/(CLAUDE\.md|(agents|commands|skills|rules|plans|output-styles)\/|projects\/[^/]+\/memory\/)/;

/** `path` is relative to the guest's home. */
function kindInHome(path: string): keyof Losses | undefined {
  if (conversation.test(path)) return "conversations";
  if (/^\.claude(\/|$)/.test(path)) return written.test(path) ? "files" : undefined;
  return made.some((pattern) => pattern.test(path)) ? undefined : "files";
}

/** Whether nothing in that directory of the guest's home counts, so that it need not be searched. */
export const isMadeDirectory = (path: string): boolean => made.some((pattern) => pattern.test(path));

/**
 * Of the paths that a bottle holds beyond its image and the directories shared with the host, those that would be missed. A directory counts for what
 * is in it, not by itself.
 */
export function lossesOf(paths: readonly string[], plan: BottlePlan): Losses {
  const { home } = sessionUser(plan);
  const shared = [plan.directory, ...plan.mounts.map(({ target }) => target), ...(plan.providedFiles ?? [])];
  const isShared = (path: string) =>
    shared.some((place) => `${place}/`.startsWith(`${path}/`) || path.startsWith(`${place}/`));
  const losses = { conversations: [] as string[], files: [] as string[] };
  const directories = new Set(paths.flatMap(directoriesAbove));
  for (const path of paths.toSorted()) {
    if (directories.has(path) || path === home || isShared(path)) continue;
    if (path.startsWith(`${home}/`)) {
      const kind = kindInHome(path.slice(home.length + 1));
      if (kind) losses[kind].push(path);
    } else if (!systemDirectories.test(path)) losses.files.push(path);
  }
  return losses;
}

function directoriesAbove(path: string): string[] {
  const parts = path.split("/").slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
}
