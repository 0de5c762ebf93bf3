/**
 * What is below a directory: the name of each entry, as bytes with one character each (not all names are UTF-8), and its state, a text that changes
 * whenever the entry does.
 */
export type Tree = ReadonlyMap<string, string>;

const kinds: Readonly<Record<number, string>> = { 0o040000: "directory", 0o100000: "file", 0o120000: "link" };

export const isDirectoryMode = (mode: number | undefined): boolean => kinds[(mode ?? 0) & 0o170000] === "directory";
export const isFileMode = (mode: number | undefined): boolean => kinds[(mode ?? 0) & 0o170000] === "file";
export const isLinkMode = (mode: number | undefined): boolean => kinds[(mode ?? 0) & 0o170000] === "link";

/** `changed`: when the entry last changed, including its name and mode, in any format. */
export function stateOf(mode: number, size: number | bigint, changed: string): string {
  const kind = kinds[mode & 0o170000] ?? "special";
  const rights = (mode & 0o7777).toString(8);
  // A directory's time changes with each entry that is created in it.
  return kind === "directory" ? `${kind} ${rights}` : `${kind} ${rights} ${size} ${changed}`;
}

export const isDirectoryState = (state: string | undefined): boolean => state?.startsWith("directory ") ?? false;
/** A socket, a pipe or a device, which cannot be copied. */
export const isSpecialState = (state: string | undefined): boolean => state?.startsWith("special ") ?? false;
/** A directory that its owner may not read or enter, so its content is unknown. */
export const isClosedState = (state: string): boolean =>
  isDirectoryState(state) && (Number.parseInt(state.split(" ")[1] ?? "0", 8) & 0o500) !== 0o500;

/** Parents come before their entries. */
export const inOrder = (names: Iterable<string>): string[] => [...names].sort();

/** A name as the kernel stores it, bytes with one character each, and as a person reads it. */
export const byteName = (text: string): string => Buffer.from(text).toString("latin1");
export const textName = (name: string): string => Buffer.from(name, "latin1").toString();
