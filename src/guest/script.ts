/** A script without its whole-line comments, which would only lengthen each argv that carries it. */
export const withoutComments = (script: string): string => script.replace(/^[ \t]*#.*\n/gm, "");
