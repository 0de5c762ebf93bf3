// What this backend tells the user, apart from its errors.

/** `older`: what this machine's kernel lacks besides. */
export const lacking = (older: string | undefined) =>
  `it has no background sessions and no list of hosts${older === undefined ? "" : `, and ${older}`}`;
