// What a command of this machine takes from the project, as far as its words say. A bottle can change all of it.

const interpreters = /^(?:ba|da|k|z|fi)?sh$|^(?:python|perl|ruby|node|bun|deno|php|lua)[\d.]*$/;
const isText = (argument: string) => /[\s;|&()<>"'`$]/.test(argument);
const option = /^(-{0,2}[A-Za-z0-9_.-]+=)(.+)$/s;
/** Words of a shell's text, with what the shell writes to kept apart. */
const words = /(>{1,2}\s*)?([^\s;|&()<>"'`${}=]+)/g;
const isCode = (word: string) => /\/|\.(?:sh|bash|zsh|py|rb|pl|php|lua|[cm]?[jt]s|ya?ml|toml|json|env|mk)$/.test(word);

/** What of a command may name a file. `read`: it is run or read, so that a copy does as well. `other`: it may be written, too. */
export function namesOf([program = "", ...rest]: readonly string[]): { read: string[]; other: string[] } {
  const read = program.startsWith("/") ? [program] : [];
  const other: string[] = [];
  const isRead = interpreters.test(program.replace(/.*\//, ""));
  let before = "";
  let hasScript = false;
  for (const argument of rest) {
    const value = option.exec(argument)?.[2];
    if (value !== undefined) read.push(value);
    if (isText(argument))
      for (const [, written, word = ""] of argument.matchAll(words)) if (!written && isCode(word)) read.push(word);
    if (!argument.startsWith("-")) {
      if ((isRead && !hasScript) || (before.startsWith("-") && isCode(argument))) read.push(argument);
      else if (/[./]/.test(argument)) other.push(argument);
      hasScript = true;
    }
    before = argument;
  }
  return { read, other: other.filter((name) => !read.includes(name)) };
}

/** The command with other names in the place of those. */
export const withNames = (command: readonly string[], names: ReadonlyMap<string, string>): string[] =>
  command.map((argument) => {
    const whole = names.get(argument);
    if (whole !== undefined) return whole;
    const [, start = "", value = ""] = option.exec(argument) ?? [];
    const other = names.get(value);
    if (other !== undefined) return `${start}${other}`;
    if (!isText(argument)) return argument;
    return argument.replace(words, (text, written: string | undefined, word: string) =>
      written ? text : (names.get(word) ?? word),
    );
  });
