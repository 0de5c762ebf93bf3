export type TerminalSize = { readonly rows: number; readonly columns: number };
