/** `1 lock`, `3 locks`; `many` where that is no plural in s. */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;
