// Which files of the project a host command names, as far as its arguments tell. A bottle can change any of them.

const interpreters = /^(?:ba|da|k|z|fi)?sh$|^(?:python|perl|ruby|node|bun|deno|php|lua)[\d.]*$/;
const isText = (argument: string) => /[\s;|&()<>"'`$]/.test(argument);
const option = /^(-{0,2}[A-Za-z0-9_.-]+=)(.+)$/s;
/** The words of a shell command, with redirection targets kept apart. */
const words = /(>{1,2}\s*)?([^\s;|&()<>"'`${}=]+)/g;
const isCode = (word: string) => /\/|\.(?:sh|bash|zsh|py|rb|pl|php|lua|[cm]?[jt]s|ya?ml|toml|json|env|mk)$/.test(word);

/** The arguments that may name a file. `read`: it is run or read, so a copy works as well. `other`: it may also be written. */
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

/** The command with those names replaced. */
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
