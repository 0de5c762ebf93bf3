// What this room tells the user, apart from its errors.

export const noBottleOf = (directory: string) => `"${directory}" has no bottle`;

export const stillInUse = (kind: string, name: string) => `${kind} "${name}" is still in use and stays`;

/** `what`: one of the following, or a directory. */
export const purging = (what: string, isDry: boolean) => `${isDry ? "would remove" : "removing"} ${what}`;

/** `lost`: what only exists in it. */
export const thatBottle = (name: string, lost: string | undefined) =>
  `bottle ${name}${lost === undefined ? "" : ` (${lost})`}`;

export const keptLogin = "the login that was kept";

export const unknownLosses = "what only exists in it is not known";
