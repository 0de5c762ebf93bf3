/** Whether the path is the folder itself or below it; both absolute, without links and `..`. */
export const contains = (folder: string, path: string): boolean =>
  folder === "/" || path === folder || path.startsWith(`${folder}/`);

/** A search path without relative folders: we work in a project, whose programs are not ours to run. */
export const withoutRelative = (path: string): string =>
  path
    .split(":")
    .filter((folder) => folder.startsWith("/"))
    .join(":");
