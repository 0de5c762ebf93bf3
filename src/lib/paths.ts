import { resolve } from "node:path";

/** The path as a program in `directory` would resolve it: absolute, without `..`. */
export const resolvePath = (directory: string, path: string): string => resolve(directory, path);

/** Whether the path is the directory or below it. Both are absolute, without links and `..`. */
export const contains = (directory: string, path: string): boolean =>
  directory === "/" || path === directory || path.startsWith(`${directory}/`);

/** A search path without relative directories: we work in projects, whose programs we must not run. */
export const withoutRelative = (path: string): string =>
  path
    .split(":")
    .filter((directory) => directory.startsWith("/"))
    .join(":");
