/** The Claude Code that we install where the user has none of their own, and that the tests run. */
export const claudeCode = {
  npmPackage: "@anthropic-ai/claude-code",
  version: "2.1.330",
  /** On the disk. */
  bytes: 381_000_000,
} as const;
