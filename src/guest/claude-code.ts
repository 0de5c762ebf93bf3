/** The Claude Code that we install if the user has none, and that the tests run. */
export const claudeCode = {
  npmPackage: "@anthropic-ai/claude-code",
  version: "2.1.330",
  /** Installed size. */
  bytes: 381_000_000,
} as const;
