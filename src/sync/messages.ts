// What this room tells the user, apart from its errors. A pair is a text and its hint. `names`: a list of files.

export const worksOnCopy =
  "the bottle is on another machine: the session works on a copy of the project, and changes are pulled at its end";

export const copyingProject = (bottle: string) => `copying the project into bottle "${bottle}"`;

export const skippedFiles = (names: string) => `skipped (not a regular file): ${names}`;

export const pulledFiles = (names: string) => `pulled from the bottle: ${names}`;

export const stillInBottle = (
  bottle: string,
  { message, hint }: { readonly message: string; readonly hint?: string | undefined },
) => [`the session's changes are still in bottle "${bottle}": ${message}`, hint] as const;

export const conflict = (names: string) =>
  [
    `conflict, left unchanged on both sides: ${names}`,
    "resolve it with claude-bottle sync --keep host, or --keep bottle",
  ] as const;
