import type { Ledger, SessionRecord } from "../../ledger/ledger.ts";
import { shellLine } from "../../lib/quote.ts";
import type { System } from "../../system/system.ts";
import { menuArgv, tmuxArgv, tmuxQuote, type MenuItem } from "../argv.ts";
import { ownCommand } from "../config/bindings.ts";
import type { Tmux } from "../tmux.ts";
import { noClient, controlClient, menuTooHigh } from "../errors.ts";

type Request = { readonly pane: string; readonly client: string; readonly dryRun: boolean };

/** Shows the entries that apply to the pane in a tmux menu, and waits until it closes. */
export async function showMenu(system: System, tmux: Tmux, ledger: Ledger, request: Request): Promise<void> {
  const { pane, client, dryRun } = request;
  const seen = await tmux.mustAsk(pane, ["pane_start_command", "pane_current_path", "pane_tty"]);
  const session = ledger.sessionIn({ id: pane, server: tmux.server, terminal: seen.pane_tty });
  const directory = session?.directory ?? seen.pane_current_path;
  const own = (...words: string[]) => ownCommand(system.self, words, { pane: `'${pane}'`, client: `'${client}'` });
  const items = session
    ? bottleItems(
        own,
        session,
        ledger.sessions(session.bottle).length,
        /\btmux\b.*\bpane\b/.test(seen.pane_start_command),
      )
    : hostItems(own);
  const argv = menuArgv(pane, client, ` ${directory.split("/").at(-1)} `, items);
  if (dryRun) return system.out(`${shellLine(tmuxArgv(tmux.reach, [argv]))}\n`);
  await assertMenuFits(tmux, client, items.length);
  await tmux.runAndWait(argv);
}

type Own = (...words: string[]) => string;

const hostItems = (own: Own): MenuItem[] => [
  { label: "Claude, on the right", key: "r", command: own("open") },
  { label: "Claude, below", key: "b", command: own("open", "--split", "below") },
  { label: "Claude, in a window", key: "w", command: own("open", "--window") },
  { label: "Claude, in this pane", key: "h", command: own("open", "--here") },
  { label: "shell in the bottle", key: "s", command: own("open", "--shell", "--split", "below") },
  undefined,
  { label: "all bottles", key: "l", command: own("show", "--", "ls") },
  { label: "doctor", key: "d", command: own("show", "--window", "doctor", "--", "doctor") },
  { label: "doctor of this terminal", key: "t", command: own("show", "--window", "doctor tty", "--", "doctor", "tty") },
];

function bottleItems(own: Own, { bottle }: SessionRecord, sessions: number, ours: boolean): MenuItem[] {
  const asked = `"${bottle}" and its ${sessions === 1 ? "session" : `${sessions} sessions`}? (y/n)`;
  const confirmed = (verb: string, command: string) =>
    `confirm-before -p ${tmuxQuote(`${verb} ${asked}`)} ${tmuxQuote(command)}`;
  return [
    { label: "shell, below", key: "s", command: own("open", "--shell", "--split", "below") },
    { label: "second agent, on the right", key: "r", command: own("open") },
    { label: "second agent, in a window", key: "w", command: own("open", "--window") },
    { label: "your own shell, on the host", key: "h", command: own("open", "--host", "--split", "below") },
    undefined,
    { label: "paste a picture", key: "P", command: own("paste-image") },
    { label: "diff", key: "d", command: own("show", "--window", "diff", "--", ...diffIn(bottle)) },
    { label: "log", key: "o", command: own("show", "--", "logs", bottle) },
    { label: "denied hosts", key: "n", command: own("show", "--", "ls", "--denied") },
    { label: "all bottles", key: "l", command: own("show", "--", "ls") },
    { label: "doctor", key: "D", command: own("show", "--window", "doctor", "--", "doctor") },
    {
      label: "doctor of this terminal",
      key: "t",
      command: own("show", "--window", "doctor tty", "--", "doctor", "tty"),
    },
    undefined,
    ...(ours
      ? [{ label: "restart the bottle", key: "R", command: confirmed("restart", own("stop", "--restart")) }]
      : []),
    { label: "stop the bottle", key: "S", command: confirmed("stop", own("stop")) },
  ];
}

/**
 * Runs in the bottle, because the repository's own git settings may run programs. No word needs quoting in a shell, because tmux-resurrect may type
 * the command again.
 */
const diffIn = (bottle: string) => ["shell", bottle, "--", "git", "-p", "status", "-vv"];

/** tmux silently shows no menu that is higher than the client, nor one that is wider (tmux/tmux#2933), and hangs in control mode. */
async function assertMenuFits(tmux: Tmux, client: string, items: number): Promise<void> {
  const clients = (await tmux.run(["list-clients", "-F", "#{client_name}\t#{client_control_mode}\t#{client_height}"]))
    .trim()
    .split("\n")
    .map((line) => line.split("\t"));
  const [, control, height] = clients.find(([name]) => name === client) ?? [];
  if (height === undefined) throw noClient(client);
  if (control === "1") throw controlClient();
  if (Number(height) < items + 3) throw menuTooHigh();
}
