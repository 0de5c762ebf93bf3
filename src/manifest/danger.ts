/** Something in a project's own file that could harm the user who starts it. */
export type Danger = {
  /** Where it is written. */
  readonly place: string;
  /** In plain words. May contain text of the file. */
  readonly text: string;
  /** Everything that was judged: if a value changes, it is a new danger. */
  readonly judged: readonly unknown[];
};

/** What the manifest's values mean on this machine, with every path resolved. */
export type Facts = {
  readonly directory: string;
  /** The real path of the bottle's image, if it is an existing file or directory. */
  readonly imagePath: string | undefined;
  readonly mounts: readonly { readonly source: string; readonly target: string; readonly mode: "ro" | "rw" }[];
  readonly files: readonly { readonly source: string; readonly target: string }[];
  readonly secretFiles: ReadonlyMap<string, string>;
  /** Files that a bottle may change and a host command names, by path, each with a fingerprint of its content. */
  readonly namedFiles: ReadonlyMap<string, string>;
  /** Those of `files` that are in the project, by index, each with a fingerprint of its content. */
  readonly fileHashes: ReadonlyMap<number, string>;
  readonly claudeFiles: readonly ClaudeFile[];
  /** The name of the backend that the bottle would use, whoever chose it. */
  readonly backend: string;
  readonly isolation: "vm" | "container" | "namespace" | "rules";
  /** The bottle holds a placeholder instead of Claude's credential. */
  readonly isBrokered: boolean;
};

/** A file of the project that Claude Code obeys without asking. */
export type ClaudeFile = {
  /** Relative to the project's directory. */
  readonly path: string;
  /** The parsed content; undefined if it is not JSON. */
  readonly value: unknown;
  readonly hash: string;
};
