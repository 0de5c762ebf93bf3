/** One property of the path to the terminal. wrong: sessions will draw wrongly. lacks: sessions can do without it. */
export type Row = {
  /** Never changes between versions, for scripts. */
  readonly id: string;
  readonly what: string;
  readonly result: string;
  readonly verdict: "good" | "lacks" | "wrong" | "unknown";
};
