import { backendNames } from "../backends/registry.ts";
import { UserError } from "../errors.ts";
import { Ledger } from "../ledger/ledger.ts";
import { findProject } from "../session/project.ts";
import { exists } from "../system/files.ts";
import { stateFolder, type System } from "../system/system.ts";
import type { Candidate, Expected } from "./expected.ts";

/** A line for each word, as `word TAB description`; `:files` alone leaves it to the shell. */
export function candidateLines(system: System, expected: Expected): string[] {
  switch (expected.kind) {
    case "words":
      return expected.words.map(line);
    case "bottles":
      return orNone(() => bottles(system)).map(line);
    case "agents":
      return orNone(() => agents(system)).map(line);
    case "profiles":
      return orNone(() => profiles(system)).map(line);
    case "backends":
      return [...backendNames];
    case "files":
    case "places":
      return [":files"];
  }
}

const line = ({ word, description }: Candidate): string => (description === "" ? word : `${word}\t${description}`);

function bottles(system: System): Candidate[] {
  if (!exists(`${stateFolder(system.env)}/ledger.db`)) return [];
  using ledger = new Ledger(system);
  return ledger.bottles().map(({ plan }) => ({ word: plan.name, description: plan.directory }));
}

function agents(system: System): Candidate[] {
  const { agents } = findProject(system).manifest;
  return Object.entries(agents).map(([word, { command }]) => ({ word, description: command }));
}

function profiles(system: System): Candidate[] {
  const names = findProject(system).resolved.layers.flatMap(({ value }) => Object.keys(Object(value.profiles)));
  return [...new Set(names)].map((word) => ({ word, description: "" }));
}

/** A manifest or a ledger that cannot be read is told of by the command itself, not by a press of the tab key. */
function orNone(find: () => Candidate[]): Candidate[] {
  try {
    return find();
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}
