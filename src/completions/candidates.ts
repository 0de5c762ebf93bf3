import { UserError } from "../errors.ts";
import { shortDuration } from "../lib/duration.ts";
import { printable } from "../lib/quote.ts";
import { exists } from "../system/files.ts";
import { stateDirectory, type System } from "../system/system.ts";
import type { Candidate, Expected } from "./expected.ts";

/** One line for each word, as `word TAB description`. A first line `:files` adds the shell's own file names. Loads only what is needed. */
export async function candidateLines(system: System, expected: Expected): Promise<string[]> {
  switch (expected.kind) {
    case "words":
      return expected.words.map(line);
    case "files":
      return [":files"];
    case "places": {
      const found = await orNone(() => sources.bottles(system));
      return [":files", ...found.map(({ word, description }) => line({ word: `${word}:/`, description }))];
    }
    default: {
      const { kind, prefix = "" } = expected;
      const found = await orNone(() => sources[kind](system));
      return found.map(({ word, description }) => line({ word: prefix + word, description }));
    }
  }
}

/** A repository names agents, and its commands may hold lines of their own. */
const line = ({ word, description }: Candidate): string =>
  description === "" ? printable(word) : `${printable(word)}\t${printable(description)}`;

async function bottles(system: System): Promise<Candidate[]> {
  if (!exists(`${stateDirectory(system.env)}/ledger.db`)) return [];
  const { Ledger } = await import("../ledger/ledger.ts");
  using ledger = new Ledger(system);
  return ledger.bottles().map(({ plan }) => ({ word: plan.name, description: printable(plan.directory) }));
}

/** Pressing Tab starts no command in a bottle. */
async function sessions(system: System): Promise<Candidate[]> {
  if (!exists(`${stateDirectory(system.env)}/ledger.db`)) return [];
  const [{ Ledger }, { listSessions }] = await Promise.all([
    import("../ledger/ledger.ts"),
    import("../activity/sessions.ts"),
  ]);
  using ledger = new Ledger(system);
  const found = await listSessions(system, ledger, { poll: false });
  return found
    .filter(({ isBackground, state }) => isBackground && state !== "ended")
    .map(({ id, state, name = "" }) => ({ word: id, description: printable(`${state} ${name}`) }));
}

/** The conversations of this directory's bottles, newest first. */
async function conversations(system: System): Promise<Candidate[]> {
  if (!exists(`${stateDirectory(system.env)}/ledger.db`)) return [];
  const [{ Ledger }, { readTurns }, { backendOf }, { findProject }] = await Promise.all([
    import("../ledger/ledger.ts"),
    import("../activity/read.ts"),
    import("../backends/registry.ts"),
    import("../project/project.ts"),
  ]);
  const { directory } = findProject(system);
  using ledger = new Ledger(system);
  const records = ledger.bottles().filter(({ plan }) => plan.directory === directory);
  const turns = await Promise.all(
    records.map(async (record) =>
      readTurns(system, await backendOf(system, record.plan.backend), record, { poll: false }),
    ),
  );
  return turns
    .flat()
    .sort((one, other) => other.at - one.at)
    .map(({ sessionId, at }) => ({ word: sessionId, description: `${shortDuration(system.now() - at)} ago` }));
}

async function agents(system: System): Promise<Candidate[]> {
  const { findProject } = await import("../project/project.ts");
  const { agents } = findProject(system).manifest;
  return Object.entries(agents).map(([word, { command }]) => ({ word, description: command }));
}

async function profiles(system: System): Promise<Candidate[]> {
  const { findProject } = await import("../project/project.ts");
  const names = findProject(system).resolved.layers.flatMap(({ value }) => Object.keys(Object(value.profiles)));
  return [...new Set(names)].map((word) => ({ word, description: "" }));
}

async function backends(): Promise<Candidate[]> {
  const { backendNames } = await import("../backends/registry.ts");
  return backendNames.map((word) => ({ word, description: "" }));
}

const sources = { bottles, sessions, conversations, agents, profiles, backends } as const;

/** The command itself reports an unreadable manifest or ledger; pressing Tab does not. */
async function orNone(find: () => Promise<Candidate[]>): Promise<Candidate[]> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}
