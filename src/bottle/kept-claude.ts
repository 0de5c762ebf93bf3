import type { StepOptions } from "../backends/backend.ts";
import { packArgv, unpackAsArgv } from "../guest/copy.ts";
import { shortBytes } from "../lib/bytes.ts";
import { shellLine } from "../lib/quote.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { sessionUser } from "../plan/session.ts";
import {
  exists,
  listDirectory,
  readText,
  removeFile,
  removeTree,
  renameUnlessPresent,
  writePrivate,
} from "../system/files.ts";
import { readFrom } from "../system/pipe.ts";
import { readPlain, writeStream } from "../system/streams.ts";
import { stateDirectory, type Run, type System } from "../system/system.ts";
import { inGuest } from "../backends/in-guest.ts";
import { claudeNotCarried, claudeTooLarge } from "./errors.ts";
import type { BottleContext } from "./context.ts";
import { keptClaude } from "./messages.ts";
import { inform } from "../ui/messages.ts";

// The ~/.claude of a removed bottle, packed inside that bottle. The host never unpacks it: the next bottle of that name does.

const longestArchive = 4_000_000_000;

const root = (system: System) => `${stateDirectory(system.env)}/kept`;
const archiveOf = (system: System, name: string) => `${root(system)}/${name}/claude.tar`;
const homeOf = (plan: BottlePlan) => `${sessionUser(plan).home}/.claude`;

export const hasKeptClaude = (system: System, name: string): boolean => exists(archiveOf(system, name));

type Place = Omit<BottleContext, "ledger">;

const packing = ({ backend }: Place, plan: BottlePlan) => inGuest(backend, plan, packArgv(homeOf(plan)));
const unpacking = ({ backend }: Place, plan: BottlePlan) => inGuest(backend, plan, unpackAsArgv(homeOf(plan)));

/** Saves ~/.claude from a running bottle that is about to be removed. Throws UserError if it cannot be saved. */
export async function keepClaude(place: Place, plan: BottlePlan, options: StepOptions = {}): Promise<void> {
  const { system } = place;
  const archive = archiveOf(system, plan.name);
  writePrivate(`${root(system)}/${plan.name}/directory`, plan.directory);
  const action = `keep ~/.claude of bottle "${plan.name}"`;
  const failed = (run: Run) => assertCarried(action, run);
  removeFile(`${archive}.new`);
  await readFrom(system, packing(place, plan), { ...options, failed }, (stream) =>
    writeStream(`${archive}.new`, atMost(longestArchive, stream, action)),
  );
  renameUnlessPresent(`${archive}.new`, archive);
  inform(system, keptClaude(plan.name));
}

/** Unpacks it in a bottle that has just been created. */
export async function restoreClaude(place: Place, plan: BottlePlan, options: StepOptions = {}): Promise<void> {
  const { argv, ...how } = unpacking(place, plan);
  const stdin = readPlain(archiveOf(place.system, plan.name));
  assertCarried(
    `restore ~/.claude of bottle "${plan.name}"`,
    await place.system.run(argv, { ...options, ...how, stdin }),
  );
}

/** The command of both, for --dry-run. */
export const keepingLine = (place: Place, plan: BottlePlan): string =>
  `${shellLine(packing(place, plan).argv)} # writes a tar stream for ${shellLine([archiveOf(place.system, plan.name)])}`;
export const restoringLine = (place: Place, plan: BottlePlan): string =>
  `${shellLine(unpacking(place, plan).argv)} # reads a tar stream of ${shellLine([archiveOf(place.system, plan.name)])}`;

export const forgetClaude = (system: System, name: string): void => removeTree(`${root(system)}/${name}`);

/** Each saved ~/.claude and its project. */
export const listKept = (system: System): { readonly name: string; readonly path: string; readonly directory: string }[] =>
  listDirectory(root(system)).map((name) => {
    const path = `${root(system)}/${name}`;
    return { name, path, directory: readText(`${path}/directory`) ?? "" };
  }); // prettier-ignore

/** Fails if the stream is longer than `limit`: the bottle decides how much it sends. */
async function* atMost(limit: number, stream: AsyncIterable<Uint8Array>, action: string): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of stream) {
    bytes += piece.length;
    if (bytes > limit) throw claudeTooLarge(action, shortBytes(limit));
    yield piece;
  }
}

function assertCarried(action: string, { code, stderr }: Run): void {
  if (code !== 0) throw claudeNotCarried(action, stderr.trim().split("\n")[0] ?? "");
}
