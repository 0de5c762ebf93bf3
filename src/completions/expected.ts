import type { Described, Option } from "../cli/describe.ts";

export type Candidate = { readonly word: string; readonly description: string };

/** What may stand at the cursor: known words, or a kind of word that must be looked up. `prefix` is the part of the word before each candidate. */
export type Expected =
  | { readonly kind: "words"; readonly words: readonly Candidate[] }
  | {
      readonly kind: "bottles" | "sessions" | "conversations" | "agents" | "profiles" | "backends";
      readonly prefix?: string;
    }
  | { readonly kind: "places" | "files" };

const nothing: Expected = { kind: "words", words: [] };

/** `words`: the arguments so far, the one under the cursor last. */
export function expectedAt(words: readonly string[], commands: readonly Described[]): Expected {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? "";
  if (before.includes("--")) return { kind: "files" };
  const [name, ...after] = before;
  if (name === undefined && !current.startsWith("-")) return { kind: "words", words: named(commands) };
  if (name === "help") return { kind: "words", words: named(helped(after, commands)) };
  // Without a command, `run` is implied.
  const isNamed = name !== undefined && !name.startsWith("-");
  const command = commands.find((known) => known.name === (isNamed ? name : "run"));
  return command ? inCommand(command, isNamed ? after : before, current) : nothing;
}

/** The commands that `help` can describe. */
function helped([name, ...further]: readonly string[], commands: readonly Described[]): readonly Described[] {
  if (name === undefined) return commands;
  return further.length > 0 ? [] : (commands.find((known) => known.name === name)?.verbs ?? []);
}

function inCommand(command: Described, before: readonly string[], current: string): Expected {
  if (command.verbs.length > 0) {
    const [verb, ...after] = before;
    const chosen = command.verbs.find(({ name }) => name === verb);
    if (chosen) return inCommand(chosen, after, current);
    if (verb === undefined && !current.startsWith("-"))
      return { kind: "words", words: [...named(command.verbs), ...(command.runs ? optionWords(command, before) : [])] };
    if (!command.runs) return nothing;
  }
  const { options } = command;
  const optionOf = (word: string | undefined) => options.find(({ name }) => word === `--${name}`);
  // bash splits `--agent=x` into three words.
  const isEquals = current === "=";
  const held = before.at(-1) === "=" ? before.at(-2) : before.at(-1);
  const waiting = isEquals ? optionOf(before.at(-1)) : optionOf(held);
  if (waiting?.value !== undefined) return valuesOf(waiting.value);
  const [, joined] = /^(--[^=]+)=/s.exec(current) ?? [];
  if (joined !== undefined) return prefixed(`${joined}=`, valuesOf(optionOf(joined)?.value ?? ""));
  if (current.startsWith("-")) return { kind: "words", words: optionWords(command, before) };
  const taken = before.filter((word, at) => !word.startsWith("-") && word !== "=" && !hasValueAt(optionOf, before, at));
  const last = command.positionals.at(-1);
  const positional = command.positionals[taken.length] ?? (last?.many ? last : undefined);
  // Only --resume takes one.
  const isAwaited = positional?.name !== "conversation" || before.some((word) => /^--(resume|continue)$/.test(word));
  if (positional && isAwaited) return valuesOf(positional.name);
  return { kind: "words", words: optionWords(command, before) };
}

const hasValueAt = (optionOf: (word: string | undefined) => Option | undefined, words: readonly string[], at: number) =>
  optionOf(words[at - 1] === "=" ? words[at - 2] : words[at - 1])?.value !== undefined;

function optionWords({ options, takesRest }: Described, before: readonly string[]): Candidate[] {
  const words = [...options, ...common]
    .map(({ name, description }) => ({ word: `--${name}`, description }))
    .filter(({ word }) => !before.includes(word));
  return takesRest ? [...words, { word: "--", description: "then arguments of the program in the bottle" }] : words;
}

const common: readonly Pick<Option, "name" | "description">[] = [
  { name: "help", description: "show how the command is used" },
  { name: "quiet", description: "show errors and warnings only" },
  { name: "verbose", description: "show each command before it runs" },
];

const named = (commands: readonly Described[]): Candidate[] =>
  commands.filter(({ hidden }) => !hidden).map(({ name, description }) => ({ word: name, description }));

/** The placeholder in the help tells the values: a list of words, or the name of a kind. */
function valuesOf(hint: string): Expected {
  if (hint.includes("|")) return { kind: "words", words: hint.split("|").map((word) => ({ word, description: "" })) };
  switch (hint.toLowerCase()) {
    case "bottle":
      return { kind: "bottles" };
    case "session":
      return { kind: "sessions" };
    case "conversation":
      return { kind: "conversations" };
    case "agent":
      return { kind: "agents" };
    case "profile":
      return { kind: "profiles" };
    case "backend":
      return { kind: "backends" };
    case "source":
    case "destination":
      return { kind: "places" };
    case "file":
    case "directory":
      return { kind: "files" };
    default:
      return nothing;
  }
}

function prefixed(prefix: string, expected: Expected): Expected {
  switch (expected.kind) {
    case "words":
      return {
        kind: "words",
        words: expected.words.map(({ word, description }) => ({ word: prefix + word, description })),
      };
    case "files":
    case "places":
      return expected;
    default:
      return { ...expected, prefix };
  }
}
