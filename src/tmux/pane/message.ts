import { UserError } from "../../errors.ts";
import { messageArgv } from "../argv.ts";
import { prefix } from "../../ui/messages.ts";
import type { Tmux } from "../tmux.ts";
import { work } from "../../ui/work.ts";

type Reader = { readonly tmux: Tmux | undefined; readonly client: string | undefined };

/**
 * Runs `work` for a key press in that client. A failure is shown on its status line if the client still exists. A key binding has no other place:
 * stderr goes nowhere, and output or a status would cover the pane.
 */
export async function reportingTo({ tmux, client }: Reader, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!tmux || client === undefined || !(error instanceof UserError) || !(await isThere(tmux, client))) throw error;
    await tell(tmux, client, `${prefix}${error.message}${error.hint ? ` (${error.hint})` : ""}`);
  }
}

/** tmux reports success for a client that does not exist. */
const isThere = async (tmux: Tmux, client: string): Promise<boolean> =>
  (await tmux.run(["list-clients", "-F", "#{client_name}"])).split("\n").includes(client);

/** Shows a line on the client's status line. */
export async function tell(tmux: Tmux, client: string, text: string): Promise<void> {
  // tmux 3.2 does not have -c here.
  await tmux.run(messageArgv(client, text)).catch(() => tmux.run(messageArgv(undefined, text)));
}
