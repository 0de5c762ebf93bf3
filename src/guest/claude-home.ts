import { hookSettings } from "./records.ts";

/** What lets Claude Code start in the project without a dialog and without traffic of its own. */
export function claudeHome(directory: string): { config: string; settings: string } {
  return {
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
