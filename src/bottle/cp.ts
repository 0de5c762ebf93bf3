import { randomBytes } from "node:crypto";
import { basename } from "node:path";
import { bringUp } from "./bring-up.ts";
import { checkPlan } from "./ready.ts";
import type { Target } from "./target.ts";
import { inGuest } from "../backends/in-guest.ts";
import { backendOf } from "../backends/registry.ts";
import { packArgv, unpackArgv } from "../guest/copy.ts";
import { Ledger } from "../ledger/ledger.ts";
import { shellLine } from "../lib/quote.ts";
import { byteName, isDirectoryMode, isLinkMode } from "../lib/tree-state.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { isDirectory } from "../system/files.ts";
import { HeldDirectory } from "../system/held-directory.ts";
import { placeThings, readableName } from "../system/host-tree.ts";
import { readFrom } from "../system/pipe.ts";
import type { Program, Run, System } from "../system/system.ts";
import { packThings, thingsBelow, unpackTar } from "../system/tar-tree.ts";
import { type Place, placeOf } from "../system/typed-path.ts";
import { warn } from "../ui/messages.ts";
import * as errors from "./errors.ts";
import { skippedFiles } from "./messages.ts";

export type Copy = {
  readonly target: Target;
  readonly source: string;
  readonly destination: string;
  readonly dryRun: boolean;
};

/** Copies files and directories as one tar stream through the backend's exec. Modes are kept; the bottle's user becomes the owner. */
export async function copyIn(system: System, copy: Copy): Promise<void> {
  const { source, destination } = copy;
  const note = `reads a tar stream of ${shellLine([source])}`;
  await inBottle(system, copy, { command: unpackArgv(destination, basename(source)), note }, async (guests) => {
    const { directory, name } = bytesOf(placeOf(source, system.cwd(), guests));
    if (name === "") throw errors.wholeFileSystem();
    using held = HeldDirectory.open(directory);
    if (!held.status(name)) throw errors.notThere(source);
    return async ({ argv, ...how }) => {
      using held = HeldDirectory.open(directory);
      const skipped: string[] = [];
      const stdin = packThings(held, thingsBelow(held, name, name), (other) => skipped.push(other));
      assertCopied(copy, await system.run(argv, { ...how, stdin }));
      warnSkipped(system, skipped);
    };
  });
}

export async function copyOut(system: System, copy: Copy): Promise<void> {
  const { source } = copy;
  const note = `writes a tar stream for ${shellLine([copy.destination])}`;
  await inBottle(system, copy, { command: packArgv(source), note }, async (guests) => {
    const place = bytesOf(destinationOf(system, copy, guests));
    return async (program) => {
      using parent = HeldDirectory.open(place.directory);
      const staging = `.claude-bottle-cp-${randomBytes(6).toString("hex")}`;
      parent.makeDirectory(staging, 0o700);
      try {
        using held = parent.enter(staging);
        const failed = (run: Run) => assertCopied(copy, run);
        const unpacked = await readFrom(system, program, { failed }, (stream) => unpackTar(held, stream));
        const [refused] = unpacked.refused;
        if (refused !== undefined) throw errors.leadsOut(source, readableName(refused));
        const [top, ...others] = held.list();
        if (top === undefined || others.length > 0) throw errors.notOneThing(source, others.length + (top ? 1 : 0));
        await putInPlace(copy, { held, top, modes: unpacked.modes }, parent, place.name);
        warnSkipped(system, unpacked.skipped);
      } finally {
        parent.removeTree(staging);
      }
    };
  });
}

type Staged = { readonly held: HeldDirectory; readonly top: string; readonly modes: ReadonlyMap<string, number> };

/** Merges a directory into an existing one; replaces anything else. */
async function putInPlace(
  { destination }: Copy,
  { held, top, modes }: Staged,
  parent: HeldDirectory,
  name: string,
): Promise<void> {
  const below = new Map([...modes].map(([key, mode]) => [key.slice(top.length + 1), mode]));
  const there = parent.status(name);
  if (!there || !(isDirectoryMode(there.mode) || held.isDirectory(top))) {
    held.move(top, parent, name);
    for (const [key, mode] of [...below].toReversed()) parent.setDirectoryMode(key === "" ? name : `${name}/${key}`, mode);
    return;
  }
  if (!held.isDirectory(top) || !isDirectoryMode(there.mode)) throw errors.otherKind(destination);
  using from = held.enter(top);
  using to = parent.enter(name);
  const names = [...from.walk()].map((entry) => entry.name);
  const clash = names.find((key) => {
    const status = to.status(key);
    return status && isDirectoryMode(status.mode) !== from.isDirectory(key);
  });
  if (clash !== undefined) throw errors.otherKind(`${destination}/${readableName(clash)}`);
  const [refused] = await placeThings(from, to, names, below);
  if (refused !== undefined) throw errors.otherKind(`${destination}/${readableName(refused)}`);
} // prettier-ignore

/** Like `cp -R`: into the destination if it is a directory. Throws UserError if it is a link to one. */
function destinationOf(system: System, { source, destination }: Copy, guests: readonly string[]): Place {
  const place = placeOf(destination, system.cwd(), guests);
  const { directory, name } = bytesOf(place);
  using held = HeldDirectory.open(directory);
  const status = name === "" ? { mode: 0o040000 } : held.status(name);
  if (isLinkMode(status?.mode) && isDirectory(`${place.directory}/${place.name}`)) throw errors.linkToDirectory(destination);
  if (destination.endsWith("/") && !isDirectoryMode(status?.mode)) throw errors.noSuchDirectory(destination);
  const own = basename(source);
  if (!isDirectoryMode(status?.mode) || /^\.{0,2}$/.test(own)) return place;
  return { directory: `${place.directory === "/" ? "" : place.directory}/${place.name}`, name: own };
} // prettier-ignore

/** File names are bytes, here one character for each byte. */
const bytesOf = ({ directory, name }: Place): Place => ({ directory, name: byteName(name) });

/** `prepare` rejects bad arguments before anything starts. */
async function inBottle(
  system: System,
  { target, dryRun }: Copy,
  { command, note }: { readonly command: readonly string[]; readonly note: string },
  prepare: (guests: readonly string[]) => Promise<(program: Program) => Promise<void>>,
): Promise<void> {
  const { plan } = target;
  const backend = await backendOf(system, plan.backend);
  const programOf = (made: BottlePlan): Program => inGuest(backend, made, command);
  using ledger = new Ledger(system);
  const copy = await prepare(writtenByGuests([plan, ...ledger.bottles().map((bottle) => bottle.plan)]));
  if (dryRun) {
    const { startLines } = await import("./make-ready.ts");
    const start = await startLines({ system, backend, ledger }, target, { fresh: false });
    const line = `${shellLine(programOf(start.plan).argv)} # ${note}`;
    return system.out([...start.lines, line].map((one) => `${one}\n`).join(""));
  }
  checkPlan({ backend, ledger }, plan, { fresh: false });
  await copy(programOf(await bringUp({ system, backend, ledger }, target, { fresh: false })));
}

const writtenByGuests = (plans: readonly BottlePlan[]): string[] =>
  plans.flatMap(({ directory, mounts }) => [
    directory,
    ...mounts.filter(({ mode }) => mode === "rw").map(({ source }) => source),
  ]);

function assertCopied({ source, destination }: Copy, run: Run): void {
  if (run.code !== 0) throw errors.notCopied(source, destination, run);
}

function warnSkipped(system: System, names: readonly string[]): void {
  const shown = names.slice(0, 5).map(readableName).join(", ");
  if (names.length > 0) warn(system, skippedFiles(shown));
}
