/** For programs, with nothing in it that a terminal obeys: JSON itself leaves DEL and the control characters above it as they are. */
export const renderJson = (value: unknown): string =>
  `${JSON.stringify(value, null, 2).replace(/[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu, escaped)}\n`;

/** By its halves where it has two, as JSON knows no others. */
const escaped = (char: string): string =>
  Array.from({ length: char.length }, (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, "0")}`).join("");

/** What the text says; undefined where it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
