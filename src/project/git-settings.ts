import type { GitSettings } from "../plan/plan.ts";
import { linkTarget } from "../system/entries.ts";
import { isLink } from "../system/files.ts";
import { readHostile } from "../system/hostile.ts";
import type { System } from "../system/system.ts";
import { basename, dirname, isAbsolute, join } from "node:path";
import { contains } from "../lib/paths.ts";
import { settingHoldsPassword, unsignedWithoutGpgAgent, unsignedWithoutSshAgent } from "./messages.ts";

/** The host's git settings for a bottle, and one line for each that cannot work there. */
export type GitHere = { readonly settings: GitSettings; readonly lacks: readonly string[] };

const timeoutMs = 5_000;
const fileLimit = 256 * 1024;

/**
 * git's settings for the directory, asked of git itself, so that conditional includes and the XDG file are followed. Only the user's and the
 * system's: the repository's own come with the project. Undefined without git or without settings.
 */
export async function gitHere(
  system: System,
  directory: string,
  { hasAgent }: { readonly hasAgent: boolean },
): Promise<GitHere | undefined> {
  const git = system.which("git");
  if (git === undefined) return undefined;
  const ask = async (...words: string[]) => {
    const { code, stdout } = await system.run([git, ...words], { cwd: directory, timeoutMs, maxBytes: 1024 * 1024 });
    return code === 0 ? stdout : "";
  };
  const [listed, author, committer] = await Promise.all([
    ask("config", "--list", "--show-scope", "--includes", "--null"),
    // Otherwise git makes up an address from the host's name.
    ask("-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT"),
    ask("-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT"),
  ]);
  const all = parseSettings(listed);
  const lacks: string[] = [];
  const settings = [...identity(parseIdentity(author), parseIdentity(committer))];
  for (const { key, value } of all.filter(({ scope }) => isUsers(scope))) {
    if (!changesCommits(key)) continue;
    if (holdsPassword(key) || holdsPassword(value)) lacks.push(settingHoldsPassword(nameOf(key)));
    else settings.push([key, value]);
  }
  const last = (name: string) => all.findLast(({ key }) => key === name);
  const signs = signing(system, (name) => last(name)?.value, { hasAgent, lacks });
  settings.push(...signs);
  // A session could have named any file of the user in the repository's configuration.
  const own = (name: string) => all.findLast(({ key, scope }) => key === name && isUsers(scope))?.value;
  const [ignore, attributes] = (["excludesfile", "attributesfile"] as const).map((name) => fileOf(system, directory, own(`core.${name}`), name));
  // The repository's settings for signing name keys of this machine, so the bottle's must override them.
  const overrides = signs.filter(([key]) => !isUsers(last(key)?.scope ?? "global"));
  const here = { config: render(settings), ignore, attributes, ...(overrides.length > 0 && { overrides }) };
  return { settings: here, lacks };
} // prettier-ignore

/** All settings of the user that apply in the directory, without those of its repository. */
export async function usersSettings(system: System, directory: string): Promise<Setting[]> {
  const git = system.which("git");
  if (git === undefined) return [];
  const argv = [git, "config", "--list", "--show-scope", "--includes", "--null"];
  const ask = (cwd: string) => system.run(argv, { cwd, timeoutMs, maxBytes: 1024 * 1024 });
  const here = await ask(directory);
  // A session may have left a configuration that git refuses.
  const { stdout } = here.code === 0 ? here : await ask("/");
  return parseSettings(stdout).flatMap(({ scope, key, value }) => (isUsers(scope) ? [[key, value] as const] : []));
}

/** The author of commits here; undefined if git would refuse to commit. */
export async function gitIdentity(system: System, directory: string): Promise<Identity | undefined> {
  const git = system.which("git");
  if (git === undefined) return undefined;
  const argv = [git, "-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT"];
  const { code, stdout } = await system.run(argv, { cwd: directory, timeoutMs });
  return code === 0 ? parseIdentity(stdout) : undefined;
}

type Identity = { readonly name: string; readonly email: string };
export type Setting = readonly [key: string, value: string];

function parseIdentity(text: string): Identity | undefined {
  const [, name, email] = /^(.*) <(.*)> \d+ [+-]\d{4}\n?$/.exec(text) ?? [];
  return name && email ? { name, email } : undefined;
}

function identity(author: Identity | undefined, committer: Identity | undefined): Setting[] {
  if (!author) return [];
  const isOther = committer && (committer.name !== author.name || committer.email !== author.email);
  return [
    ["user.name", author.name],
    ["user.email", author.email],
    ...(isOther ? ([["committer.name", committer.name], ["committer.email", committer.email]] as const) : []),
  ];
} // prettier-ignore

/** The repository's own settings come with the project. "command": of GIT_CONFIG_COUNT in the environment. */
const isUsers = (scope: string): boolean => ["system", "global", "command"].includes(scope);

type Listed = { readonly scope: string; readonly key: string; readonly value: string };

/** `scope NUL key LF value NUL`; a key without a value means true. */
function parseSettings(text: string): Listed[] {
  const parts = text.split("\0");
  const found: Listed[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [key = "", ...value] = (parts[at + 1] ?? "").split("\n");
    found.push({ scope: parts[at] ?? "", key, value: value.length === 0 ? "true" : value.join("\n") });
  }
  return found;
}

/**
 * Settings about what the user types or a commit contains. Settings that name programs or files of the host, or say how to reach servers, are left
 * out.
 */
const carried =
  /^(?:core\.(?:autocrlf|eol|safecrlf|quotepath|whitespace|abbrev|commentchar|precomposeunicode)|filter\.[^]+\.(?:clean|smudge|process|required)|url\.[^]+\.(?:insteadof|pushinsteadof)|(?:init|pull|push|fetch|rebase|rerere|status|log|column|color|advice|help|stash|am|apply|grep|versionsort|submodule|tag|branch|alias|i18n|feature)\.[^.]+|color\.[^.]+\.[^.]+|merge\.(?:conflictstyle|ff|log|stat|renames)|diff\.(?:algorithm|renames|renamelimit|noprefix|mnemonicprefix|colormoved|context|interhunkcontext|submodule|wserrorhighlight)|commit\.(?:cleanup|status|verbose))$/;
const changesCommits = (key: string): boolean =>
  carried.test(key) && !/^(?:(?:tag|push)\.gpgsign|log\.showsignature|init\.templatedir|help\.browser)$/.test(key);

const holdsPassword = (text: string): boolean => /\/\/[^/@\s]+@/.test(text);
const nameOf = (key: string): string => `${key.split(".")[0]}.*.${key.split(".").at(-1)}`;

/** The bottle has the user's ssh agent or none, and never a gpg agent. */
function signing(
  system: System,
  last: (name: string) => string | undefined,
  { hasAgent, lacks }: { readonly hasAgent: boolean; readonly lacks: string[] },
): Setting[] {
  const isOn = (value: string | undefined) => /^(?:true|yes|on|1)$/i.test(value ?? "");
  const wanted = ["commit.gpgsign", "tag.gpgsign"].filter((name) => isOn(last(name)));
  if (wanted.length === 0) return [];
  const key = last("user.signingkey");
  const isSsh = last("gpg.format") === "ssh";
  const literal = isSsh && key !== undefined ? sshKey(system, key) : undefined;
  if (literal !== undefined && hasAgent)
    return [["gpg.format", "ssh"], ["user.signingkey", literal], ...wanted.map((name) => [name, "true"] as const)];
  lacks.push(isSsh ? unsignedWithoutSshAgent : unsignedWithoutGpgAgent);
  return wanted.map((name) => [name, "false"]);
} // prettier-ignore

/** The public key itself instead of its file, which is not in the bottle. */
function sshKey(system: System, key: string): string | undefined {
  if (/^(?:key::|ssh-|ecdsa-|sk-)/.test(key)) return key.startsWith("key::") ? key : `key::${key}`;
  const path = key.replace(/^~(?=\/)/, system.env.HOME ?? "~");
  for (const file of path.endsWith(".pub") ? [path] : [`${path}.pub`]) {
    const text = readHostile(dirname(file), basename(file), fileLimit)?.text.trim();
    if (text !== undefined && /^(?:ssh-|ecdsa-|sk-)\S+ \S+/.test(text)) return `key::${text.split(" ").slice(0, 2).join(" ")}`;
  }
  return undefined;
} // prettier-ignore

/** The user's global ignore or attributes file. git reads a default one even if none is named. */
function fileOf({ env }: System, directory: string, named: string | undefined, name: "excludesfile" | "attributesfile"): string | undefined {
  const config = env.XDG_CONFIG_HOME || `${env.HOME}/.config`;
  const path = named?.replace(/^~(?=\/)/, env.HOME ?? "~") ?? `${config}/git/${name === "excludesfile" ? "ignore" : "attributes"}`;
  const real = path.startsWith("/") ? withoutLinks(path, directory) : undefined;
  return real && readHostile(dirname(real), basename(real), fileLimit)?.text;
} // prettier-ignore

/** Follows the user's links, which are common for dotfiles. Undefined if one of them is in the project, where a session may have put it. */
function withoutLinks(path: string, project: string): string | undefined {
  let real = "/";
  const left = path.split("/");
  for (let links = 0; left.length > 0;) {
    const next = join(real, left.shift() ?? "");
    if (!isLink(next)) real = next;
    else if (contains(project, next) || ++links > 40) return undefined;
    else {
      const target = linkTarget(next);
      if (isAbsolute(target)) real = "/";
      left.unshift(...target.split("/"));
    }
  }
  return real;
}

/** In the format that git reads; the middle part of a key may contain anything except a line break. */
function render(settings: readonly Setting[]): string {
  const quoted = (text: string) =>
    `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n").replaceAll("\t", "\\t")}"`;
  return settings
    .map(([key, value]) => {
      const [first = "", last = ""] = [key.slice(0, key.indexOf(".")), key.slice(key.lastIndexOf(".") + 1)];
      const middle = key.slice(first.length + 1, -last.length - 1);
      const section = middle === "" ? `[${first}]` : `[${first} "${middle.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"]`;
      return `${section}\n\t${last} = ${quoted(value)}\n`;
    })
    .join("");
} // prettier-ignore
