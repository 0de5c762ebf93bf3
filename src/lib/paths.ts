/** Whether the path is the folder itself or below it; both absolute, without links and `..`. */
export const contains = (folder: string, path: string): boolean =>
  folder === "/" || path === folder || path.startsWith(`${folder}/`);
