import type { StepOptions } from "../backends/backend.ts";
import { UserError } from "../errors.ts";
import { packArgv, unpackAsArgv } from "../guest/copy.ts";
import { shortBytes } from "../lib/bytes.ts";
import { printable } from "../lib/quote.ts";
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
import type { BottleContext } from "./context.ts";
import { inform } from "../ui/messages.ts";

// A removed bottle's ~/.claude, as the bottle packed it. Nothing of it is unpacked on the host: it waits for the next bottle of the name.

const longestArchive = 4_000_000_000;

const root = (system: System) => `${stateDirectory(system.env)}/kept`;
const archiveOf = (system: System, name: string) => `${root(system)}/${name}/claude.tar`;
const homeOf = (plan: BottlePlan) => `${sessionUser(plan).home}/.claude`;

/** Before the bottle is removed. Throws UserError where it cannot be kept. */
export async function keepClaude({ system, backend }: Omit<BottleContext, "ledger">, plan: BottlePlan, options: StepOptions = {}): Promise<void> {
  const machine = await backend.find(plan.name);
  if (!machine) return;
  if (machine.state !== "running") await backend.start(plan, options);
  const archive = archiveOf(system, plan.name);
  writePrivate(`${root(system)}/${plan.name}/directory`, plan.directory);
  const doing = `keep ~/.claude of bottle "${plan.name}"`;
  const failed = (run: Run) => assertCarried(doing, run);
  removeFile(`${archive}.new`);
  await readFrom(system, inGuest(backend, plan, packArgv(homeOf(plan))), { ...options, failed }, (stream) =>
    writeStream(`${archive}.new`, atMost(longestArchive, stream, doing)),
  );
  renameUnlessPresent(`${archive}.new`, archive);
  inform(system, `~/.claude of bottle "${plan.name}" is kept for the next one`);
} // prettier-ignore

/** Into a bottle that has just been made. */
export async function restoreClaude(
  { system, backend }: Omit<BottleContext, "ledger">,
  plan: BottlePlan,
): Promise<void> {
  const archive = archiveOf(system, plan.name);
  if (!exists(archive)) return;
  const { argv, ...how } = inGuest(backend, plan, unpackAsArgv(homeOf(plan)));
  assertCarried(
    `restore ~/.claude of bottle "${plan.name}"`,
    await system.run(argv, { ...how, stdin: readPlain(archive) }),
  );
}

export const forgetClaude = (system: System, name: string): void => removeTree(`${root(system)}/${name}`);

/** What is kept, and for which project. */
export const listKept = (system: System): { readonly name: string; readonly path: string; readonly directory: string }[] =>
  listDirectory(root(system)).map((name) => {
    const path = `${root(system)}/${name}`;
    return { name, path, directory: readText(`${path}/directory`) ?? "" };
  }); // prettier-ignore

/** The bottle says how long its stream is. */
async function* atMost(limit: number, stream: AsyncIterable<Uint8Array>, doing: string): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of stream) {
    bytes += piece.length;
    if (bytes > limit)
      throw new UserError(`cannot ${doing}: it is larger than ${shortBytes(limit)}`, {
        hint: "remove what it holds and you do not need, or set keep-claude = false",
      });
    yield piece;
  }
}

function assertCarried(doing: string, { code, stderr }: Run): void {
  if (code !== 0) throw new UserError(`cannot ${doing}: ${printable(stderr.trim().split("\n")[0] ?? "")}`);
}
