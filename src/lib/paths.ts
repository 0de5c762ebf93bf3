import { resolve } from "node:path";

/** `path` as a program that works in `directory` takes it; absolute, without `..`. */
export const resolvePath = (directory: string, path: string): string => resolve(directory, path);

/** Whether the path is the directory itself or below it; both absolute, without links and `..`. */
export const contains = (directory: string, path: string): boolean =>
  directory === "/" || path === directory || path.startsWith(`${directory}/`);

/** A search path without relative directories: we work in a project, whose programs are not ours to run. */
export const withoutRelative = (path: string): string =>
  path
    .split(":")
    .filter((directory) => directory.startsWith("/"))
    .join(":");
