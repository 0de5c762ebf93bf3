import { hookSettings } from "./records.ts";

/** Lets Claude Code start in the project without dialogs and without traffic of its own. */
type Git = { readonly config: string; readonly ignore?: string | undefined; readonly attributes?: string | undefined };

export function claudeHome({
  directory,
  image,
  template,
  git,
  certificates = "",
  knownHosts = "",
  mounts = [],
  copied = false,
}: Bottle): ClaudeHome {
  return {
    shared: [...(copied ? [] : [directory]), ...mounts.map(({ target }) => target)],
    git:
      git === undefined
        ? ["", "", ""]
        : [gitConfig(git, image !== undefined || template !== undefined), git.ignore ?? "", git.attributes ?? ""],
    network: [certificates, knownHosts],
    config: JSON.stringify({
      hasCompletedOnboarding: true,
      hasSeenAutoDefaultNotice: true,
      customApiKeyResponses: { approved: [], rejected: [] },
      projects: { [directory]: { hasTrustDialogAccepted: true } },
    }),
    settings: JSON.stringify({
      skipDangerousModePermissionPrompt: true,
      hooks: hookSettings.hooks,
      env: {
        ...hookSettings.env,
        DISABLE_AUTOUPDATER: "1",
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
        CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: "1",
      },
    }),
  };
}

type Bottle = {
  readonly directory: string;
  readonly image?: string | undefined;
  readonly template?: unknown;
  readonly git?: Git;
  readonly certificates?: string;
  readonly knownHosts?: string;
  readonly mounts?: readonly { readonly target: string }[];
  readonly copied?: boolean;
};

/**
 * The files of a bottle's home. `git`: its configuration and its lists of ignored files and of attributes; empty means none. `network`: certificates and known hosts, likewise. `shared`: the host's
 * directories in the bottle, the project first.
 */
export type ClaudeHome = {
  readonly config: string;
  readonly settings: string;
  readonly git: readonly string[];
  readonly network: readonly string[];
  readonly shared: readonly string[];
};

/** This file hides the image's own, so it is included. The host's own is not included: git fails if landlock does not let it read the file. */
const gitConfig = ({ config, ignore, attributes }: Git, isOfImage: boolean): string =>
  [
    isOfImage ? "[include]\n\tpath = /etc/gitconfig\n" : "",
    config,
    ignore === undefined ? "" : "[core]\n\texcludesFile = ~/.config/claude-bottle/git/ignore\n",
    attributes === undefined ? "" : "[core]\n\tattributesFile = ~/.config/claude-bottle/git/attributes\n",
  ].join("");
