/** `1 lock`, `3 locks`. `many` is the plural if it does not end in s. */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;
