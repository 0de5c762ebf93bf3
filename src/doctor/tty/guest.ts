import { backendOf } from "../../backends/registry.ts";
import { UserError } from "../../errors.ts";
import { Ledger } from "../../ledger/ledger.ts";
import { bottleName } from "../../plan/name.ts";
import { findProject } from "../../project/project.ts";
import type { System } from "../../system/system.ts";
import { PseudoTerminal } from "../../terminal/pseudo.ts";
import type { Size } from "../../terminal/size.ts";
import type { Row } from "./row.ts";

/** The first shell in a bottle may be slow to start; a change of size may not. */
const limits = { startMs: 30_000, resizeMs: 10_000 };

/** Prints its terminal's size, again after each change, until it is ended. */
const teller = `
say() { echo "size=$(stty size)="; }
trap say WINCH
say
while :; do sleep 5 & wait $!; done`;

const isSaid = ([rows, columns]: Size, text: string) => text.includes(`size=${rows} ${columns}=`);

/**
 * Starts a session in this directory's bottle on a terminal of our own. Checks that it has the same size, and how long a change takes. Returns no
 * rows if no bottle of this directory runs.
 */
export async function guestRows(system: System, size: Size, signal: AbortSignal): Promise<Row[]> {
  const bottle = await runningBottle(system);
  if (bottle === undefined) return [];
  // The session is not in a pane.
  const { TMUX: _server, TMUX_PANE: _pane, ...env } = system.env;
  await using guest = new PseudoTerminal([...system.self, "shell", bottle, "--", "/bin/sh", "-c", teller], {
    env,
    size,
  });
  const what = "size in the bottle";
  const started = await guest.until((text) => /size=\d+ \d+=/.test(text), { limitMs: limits.startMs, signal });
  if (started === undefined)
    return [{ id: "guest.size", what, result: `no session: ${lastLine(guest.text)}`, verdict: "wrong" }];
  const first = /size=(\d+) (\d+)=/.exec(guest.text);
  const said = `${first?.[2]}x${first?.[1]}`;
  const isRight = isSaid(size, guest.text);
  const other: Size = [size[0] + 1, size[1] + 2];
  guest.resize(other);
  const took = await guest.until((text) => isSaid(other, text), { limitMs: limits.resizeMs, signal });
  return [
    {
      id: "guest.size",
      what,
      result: isRight ? said : `${said}, not ${size[1]}x${size[0]}`,
      verdict: isRight ? "good" : "wrong",
    },
    {
      id: "guest.resize",
      what: "a change of size reaches the bottle",
      result: took === undefined ? `not within ${limits.resizeMs / 1000} s` : `after ${Math.round(took)} ms`,
      verdict: took === undefined ? "wrong" : "good",
    },
  ];
}

/** Starts nothing. */
async function runningBottle(system: System): Promise<string | undefined> {
  try {
    const { directory } = findProject(system);
    using ledger = new Ledger(system);
    const record = ledger.bottle(bottleName(directory, system.user.uid));
    if (!record) return undefined;
    const { plan, machine } = record;
    const backend = await backendOf(system, plan.backend);
    return (await backend.isReady(plan, machine)) ? plan.name : undefined;
  } catch (error) {
    // `doctor` itself reports why there is none.
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1)?.trim() || "it says nothing";
