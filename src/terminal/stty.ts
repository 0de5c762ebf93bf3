import { stty } from "../system/stty.ts";

/** The same as libc.ts, through the stty program, for a system whose libc cannot be opened. Costs a process each time. */
export function sttyModes(): string | undefined {
  return stty("-g");
}

export function setSttyModes(modes: string): void {
  stty(modes);
}

export function sttySize(): { rows: number; columns: number } | undefined {
  const [, rows, columns] = /^(\d+) (\d+)$/.exec(stty("size") ?? "") ?? [];
  return rows === undefined ? undefined : { rows: Number(rows), columns: Number(columns) };
}
