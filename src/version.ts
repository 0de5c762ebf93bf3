declare const CLAUDE_BOTTLE_VERSION: string | undefined;

/** Put in by the build; a run from source says so. */
export const version: string = typeof CLAUDE_BOTTLE_VERSION === "string" ? CLAUDE_BOTTLE_VERSION : "0.0.0-source";
