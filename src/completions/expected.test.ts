import { expect, test } from "bun:test";
import type { Described } from "../cli/describe.ts";
import { expectedAt } from "./expected.ts";

const plain = {
  description: "",
  hidden: false,
  takesRest: false,
  positionals: [],
  options: [],
  examples: [],
  runs: true,
  verbs: [],
};
const word = (name: string) => ({ name, description: "", required: false, many: false });
const flag = (name: string, value?: string) => ({ name, value, description: "" });
const commands: Described[] = [
  {
    ...plain,
    name: "run",
    takesRest: true,
    positionals: [word("conversation")],
    options: [flag("agent", "AGENT"), flag("fresh"), flag("resume")],
  },
  { ...plain, name: "rm", positionals: [word("bottle")], options: [flag("force")] },
  { ...plain, name: "cp", positionals: [word("source"), word("destination")] },
  { ...plain, name: "completions", positionals: [word("bash|zsh")] },
  { ...plain, name: "secret", hidden: true },
  {
    ...plain,
    name: "tmux",
    runs: false,
    verbs: [
      { ...plain, name: "open", options: [flag("split", "right|below"), flag("window")] },
      { ...plain, name: "pane", hidden: true },
    ],
  },
  { ...plain, name: "doctor", options: [flag("fix")], verbs: [{ ...plain, name: "tty", options: [flag("json")] }] },
];

test.each([
  ["nothing yet", [""], "run rm cp completions tmux doctor"],
  ["a part of a command", ["r"], "run rm cp completions tmux doctor"],
  ["an option first is one of run's", ["--"], "--agent --fresh --resume --help --quiet --verbose --"],
  ["an option's value, of run's", ["--agent", ""], ":agents"],
  ["a command's first argument", ["rm", ""], ":bottles"],
  ["behind its last argument", ["rm", "cb-a", ""], "--force --help --quiet --verbose"],
  ["an option that is there already", ["run", "--fresh", "-"], "--agent --resume --help --quiet --verbose --"],
  ["what to resume", ["run", "--resume", ""], ":conversations"],
  ["the same, of a run without its name", ["--continue", ""], ":conversations"],
  ["nothing to resume", ["run", ""], "--agent --fresh --resume --help --quiet --verbose --"],
  ["an option's value", ["run", "--agent", "r"], ":agents"],
  ["behind an option's value", ["run", "--agent", "review", "-"], "--fresh --resume --help --quiet --verbose --"],
  ["behind a switch", ["rm", "--force", ""], ":bottles"],
  ["a value in the same word", ["tmux", "open", "--split="], "--split=right --split=below"],
  ["the same, as bash cuts it", ["tmux", "open", "--split", "="], "right below"],
  ["the same, with a letter of it", ["tmux", "open", "--split", "=", "r"], "right below"],
  ["behind such a value", ["tmux", "open", "--split", "=", "right", "-"], "--window --help --quiet --verbose"],
  ["a value that lives outside, in the same word", ["run", "--agent=r"], "--agent=:agents"],
  ["what help is about", ["help", ""], "run rm cp completions tmux doctor"],
  ["the verb that help is about", ["help", "tmux", ""], "open"],
  ["behind what help is about", ["help", "rm", ""], ""],
  ["a verb", ["tmux", ""], "open"],
  ["a verb, or an option of a command that runs without one", ["doctor", ""], "tty --fix --help --quiet --verbose"],
  ["an option of such a command", ["doctor", "-"], "--fix --help --quiet --verbose"],
  ["behind an option of it", ["doctor", "--fix", ""], "--help --quiet --verbose"],
  ["an option of its verb", ["doctor", "tty", ""], "--json --help --quiet --verbose"],
  ["words that the help names", ["completions", ""], "bash zsh"],
  ["a side of cp", ["cp", "notes.txt", ""], ":places"],
  ["words of the bottle's command", ["run", "--", "-"], ":files"],
  ["an unknown command", ["frobnicate", ""], ""],
  ["an unknown verb", ["tmux", "frobnicate", ""], ""],
  ["a word that every object has", ["constructor", ""], ""],
  ["no word at all", [], "run rm cp completions tmux doctor"],
])("%s", (_, words, expected) => {
  const found = expectedAt(words, commands);
  const prefix = "prefix" in found ? found.prefix : "";
  expect(found.kind === "words" ? found.words.map(({ word }) => word).join(" ") : `${prefix}:${found.kind}`).toBe(
    expected,
  );
});
