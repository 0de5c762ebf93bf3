const units = ["B", "kB", "MB", "GB", "TB"] as const;

/** An amount in the largest unit of which it has at least one: `0 B`, `16 kB`, `1.2 GB`. */
export function shortBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}
