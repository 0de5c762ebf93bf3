/** One thing that was asked of the terminal's path. wrong: what a session draws will be wrong. lacks: it can do without. */
export type Row = {
  /** The same in every version: for scripts. */
  readonly id: string;
  readonly what: string;
  readonly result: string;
  readonly verdict: "good" | "lacks" | "wrong" | "unknown";
};
