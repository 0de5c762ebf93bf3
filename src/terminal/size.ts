import { hasLibc, windowSize } from "./libc.ts";
import { sttySize } from "./stty.ts";

export type Size = readonly [rows: number, columns: number];

/** The current size of the caller's terminal; undefined without a terminal or with one that has no size. */
export function terminalSize(): Size | undefined {
  const size = hasLibc ? (windowSize(0) ?? windowSize(1) ?? windowSize(2)) : sttySize();
  return size && size.rows > 0 && size.columns > 0 ? [size.rows, size.columns] : undefined;
}

export const sameSize = (a: Size, b: Size): boolean => a[0] === b[0] && a[1] === b[1];
