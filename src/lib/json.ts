/** For programs, with nothing in it that a terminal obeys: JSON itself leaves DEL and the control characters above it as they are. */
export const renderJson = (value: unknown): string =>
  `${JSON.stringify(value, null, 2).replace(/[\x7f-\x9f]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`)}\n`;
