/** Something that a project's own file asks for and that could hurt whoever starts it. */
export type Danger = {
  /** Where it is written. */
  readonly place: string;
  /** In plain words; may hold the file's own text. */
  readonly text: string;
  /** All that was judged; another value is another danger. */
  readonly judged: readonly unknown[];
};

/** What the manifest's words stand for on this machine, each path resolved. */
export type Facts = {
  readonly directory: string;
  /** The real path of what the bottle is made from, where it is a file or directory that is there. */
  readonly imagePath: string | undefined;
  readonly mounts: readonly { readonly source: string; readonly target: string; readonly mode: "ro" | "rw" }[];
  readonly files: readonly { readonly source: string; readonly target: string }[];
  readonly secretFiles: ReadonlyMap<string, string>;
  /** What a bottle may change and a command of this machine names, by its path, with what tells another content. */
  readonly namedFiles: ReadonlyMap<string, string>;
  /** Of `files`, those in the project, by their place in the list, with what tells another content. */
  readonly fileHashes: ReadonlyMap<number, string>;
  readonly claudeFiles: readonly ClaudeFile[];
  /** By its name: what the bottle would be made on, whoever chose it. */
  readonly backend: string;
  readonly isolation: "vm" | "container" | "namespace" | "rules";
  /** The bottle holds a placeholder for Claude's credential, not the credential. */
  readonly isBrokered: boolean;
};

/** A file of the project that Claude Code obeys unasked. */
export type ClaudeFile = {
  /** From the project's directory. */
  readonly path: string;
  /** What it holds; undefined where it is no JSON. */
  readonly value: unknown;
  readonly hash: string;
};
