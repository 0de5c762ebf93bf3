import { table } from "../lib/table.ts";

export const nothingToFix = "nothing here can be fixed automatically";

/** Each command, and what it mends. */
export const fixesToRun = (fixes: readonly { readonly command: string; readonly what: string }[]): [string, string] => [
  "to run:",
  table(fixes.map(({ command, what }) => [command, `# ${what}`])).trimEnd(),
];

export const mayRun = "Run it?";

export const fixFailed = (command: string, code: number): string => `"${command}" failed with status ${code}`;
