import type { Ledger } from "../../ledger/ledger.ts";
import type { System } from "../../system/system.ts";
import { sessionShown } from "./pane-tags.ts";
import { tell } from "./message.ts";
import type { Tmux } from "../tmux.ts";
import { noBottleHere, ownWords } from "../errors.ts";

type Request = { readonly pane: string; readonly client: string | undefined; readonly restart: boolean };

/** Stops the bottle that the pane shows, even if other sessions use it. `restart`: the pane then starts again. */
export async function stopShown(system: System, tmux: Tmux, ledger: Ledger, request: Request): Promise<void> {
  const { pane, client, restart } = request;
  const session = await sessionShown(tmux, ledger, pane);
  if (!session) throw noBottleHere();
  const { code, stderr } = await system.run([...system.self, "stop", "--force", session.bottle]);
  const words = stderr.trim().split("\n").at(-1) ?? "";
  if (code !== 0) throw ownWords(words);
  // Without a command, tmux runs the one with which the pane was opened.
  if (restart) await tmux.run(["respawn-pane", "-k", "-t", pane]);
  else if (client !== undefined) await tell(tmux, client, words);
}
