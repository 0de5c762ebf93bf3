/** The script without its comment lines, which would make every argv longer. */
export const withoutComments = (script: string): string => script.replace(/^[ \t]*#.*\n/gm, "");
