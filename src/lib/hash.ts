/** SHA-256 in hexadecimal. */
export const sha256 = (content: string | Uint8Array): string =>
  new Bun.CryptoHasher("sha256").update(content).digest("hex");

/** The hash of a value's JSON. */
export const hashOfJson = (value: unknown): string => sha256(JSON.stringify(value));
