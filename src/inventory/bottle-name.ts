import { basename } from "node:path";
import type { Ledger } from "../ledger/ledger.ts";
import { ambiguousName, noBottleNamed } from "./errors.ts";

export type Named = { readonly name: string; readonly directory: string };

/**
 * The bottle that a word means: by its whole name or directory, by the last part of its directory, by the beginning of one of these, or by a part of
 * one, in this order. Undefined if it means none. Throws UserError if it means several.
 */
export function matchBottle(word: string, bottles: readonly Named[]): string | undefined {
  const text = word.toLowerCase();
  const labelOf = ({ name, directory }: Named) => [name, name.replace(/^cb-/, ""), basename(directory).toLowerCase()];
  const tests: readonly ((bottle: Named) => boolean)[] = [
    ({ name, directory }) => name === word || directory === word.replace(/(?<=.)\/$/, ""),
    ({ directory }) => basename(directory) === word,
    (bottle) => labelOf(bottle).some((label) => label.startsWith(text)),
    // The hash at the end of a name is nothing that a person remembers a part of.
    ({ name, directory }) => [name.replace(/-[0-9a-f]{10}$/, ""), basename(directory).toLowerCase()].some((label) => label.includes(text)),
  ];
  for (const test of word === "" ? [] : tests) {
    const found = bottles.filter(test).map(({ name }) => name);
    if (found.length > 1) throw ambiguousName(word, found);
    if (found[0] !== undefined) return found[0];
  }
  return undefined;
} // prettier-ignore

const namesIn = (ledger: Ledger): Named[] =>
  ledger.bottles().map(({ plan: { name, directory } }) => ({ name, directory }));

/** The name of a bottle in the ledger; undefined if the word means none. Throws UserError if it means several. */
export const matchRecorded = (ledger: Ledger, word: string): string | undefined => matchBottle(word, namesIn(ledger));

/** The name of a bottle in the ledger. Throws UserError with the known names. */
export function bottleNamed(ledger: Ledger, word: string): string {
  const found = matchRecorded(ledger, word);
  if (found !== undefined) return found;
  throw noBottleNamed(
    word,
    namesIn(ledger).flatMap(({ name, directory }) => [name, basename(directory)]),
  );
}
