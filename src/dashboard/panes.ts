import type { Pane } from "../ledger/ledger.ts";
import { isDirectory } from "../system/files.ts";
import type { System } from "../system/system.ts";
import { openArgv } from "../tmux/argv.ts";
import { holderArgv, startingIn } from "../tmux/pane/open.ts";
import { askedClient } from "../tmux/pane/target-pane.ts";
import type { Tmux } from "../tmux/tmux.ts";

/** The pane that stands in for a session's own while that one is beside the list; its value is the session's pane. */
const standsInFor = "@claude-bottle-stands-in-for";
/** A pane of ours that attached a background session; its value is the session. */
const attaches = "@claude-bottle-attaches";

/** The panes of the server that the dashboard runs in. It moves panes and never starts anything over a session. */
export class Panes {
  readonly #system: System;
  readonly #tmux: Tmux;
  /** The dashboard's own; undefined in a popup. */
  readonly #own: string | undefined;
  readonly #client: string | undefined;

  constructor(system: System, tmux: Tmux, own: string | undefined, client: string | undefined) {
    this.#system = system;
    this.#tmux = tmux;
    this.#own = own;
    this.#client = client;
  }

  /** Whether the pane is one of this server, and still the one that the session was started in. */
  async isThere({ id, terminal, server }: Pane): Promise<boolean> {
    if (server.pid !== this.#tmux.server.pid || server.started !== this.#tmux.server.started) return false;
    return (await this.#tmux.ask(id, ["pane_tty"]))?.pane_tty === terminal;
  }

  /** The lines of the pane's screen, in colour. */
  async screenOf(pane: string): Promise<string> {
    return await this.#tmux.run(["capture-pane", "-e", "-p", "-t", pane]);
  }

  /** Shows the pane in the client that looks at the dashboard. */
  async show(pane: string): Promise<void> {
    await this.#tmux.run(["switch-client", "-c", await this.#clientName(), "-t", pane]);
  }

  async #clientName(): Promise<string> {
    return this.#client ?? (await askedClient(this.#tmux, this.#own ?? "", undefined));
  }

  /** Types one line into the pane, as a person would: the text first, Enter once it stands there. */
  async type(pane: string, text: string): Promise<void> {
    const before = await this.#tmux.run(["capture-pane", "-p", "-t", pane]);
    await this.#tmux.run(["send-keys", "-t", pane, "-l", "--", text]);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      await Bun.sleep(25);
      if ((await this.#tmux.run(["capture-pane", "-p", "-t", pane])) !== before) break;
    }
    await this.#tmux.run(["send-keys", "-t", pane, "Enter"]);
  }

  /** Opens a pane on the right that holds what `words` tell this program to do. */
  async open(directory: string, words: readonly string[], ending: "close" | "key" = "close"): Promise<string> {
    return await this.#split(directory, holderArgv(this.#system, directory, words, ending));
  }

  /** The user's own shell, on this machine. */
  async openShell(directory: string): Promise<void> {
    await this.#split(directory, []);
  }

  async #split(directory: string, argv: readonly string[]): Promise<string> {
    const pane = this.#own ?? "";
    const seen = await this.#tmux.mustAsk(pane, ["session_path", "pane_width"]);
    const command = argv.length === 0 ? argv : startingIn(seen.session_path, argv);
    const place = Number(seen.pane_width) >= 80 ? "right" : "below";
    const opening = openArgv({ place, pane, window: "", zoomed: false, client: undefined, name: "", command });
    return (await this.#tmux.runIn(isDirectory(directory) ? directory : "/", opening)).trim();
  }

  /** The session in a pane of its own; the same pane each time, for as long as it is there. */
  async attach(directory: string, session: string): Promise<void> {
    const [known] = await this.#panesWith(attaches, session);
    if (known !== undefined) return await this.show(known);
    const opened = await this.open(directory, ["attach", session]);
    await this.#tmux.run(["set-option", "-p", "-t", opened, attaches, session]);
  }

  /**
   * Puts the pane beside the list, by a swap with one of ours that waits in its place, so that its window and layout stay. The one
   * shown before goes back first; the one that is there already goes back and nothing comes.
   */
  async bring(pane: string): Promise<"brought" | "returned"> {
    const shown = await this.shown();
    if (shown) await this.#putBack(shown);
    if (shown?.pane === pane) return "returned";
    const words = "This session is beside the dashboard of claude-bottle.";
    const waiting = ["/bin/sh", "-c", `printf '\\033[2J\\033[H%s\\n' "$1"; exec sleep 2147483647`, "sh", words];
    const standIn = await this.#split("/", waiting);
    await this.#tmux.run(
      ["set-option", "-p", "-t", standIn, standsInFor, pane],
      ["swap-pane", "-d", "-s", pane, "-t", standIn],
      ["select-pane", "-t", pane],
    );
    return "brought";
  }

  /** What is beside the list, also by a dashboard that was killed. A stand-in whose session is gone is closed. */
  async shown(): Promise<Shown | undefined> {
    let found: Shown | undefined;
    for (const { pane: standIn, value: pane } of await this.#tagged(standsInFor)) {
      if ((await this.#tmux.ask(pane, ["pane_tty"]))?.pane_tty) found = { standIn, pane };
      else await this.#tmux.run(["kill-pane", "-t", standIn]);
    }
    return found;
  }

  /** Returns every pane that was brought. */
  async putAllBack(): Promise<void> {
    for (let shown = await this.shown(); shown; shown = await this.shown()) await this.#putBack(shown);
  }

  async #putBack({ standIn, pane }: Shown): Promise<void> {
    await this.#tmux.run(["swap-pane", "-d", "-s", pane, "-t", standIn], ["kill-pane", "-t", standIn]);
  }

  async #panesWith(option: string, value: string): Promise<string[]> {
    return (await this.#tagged(option)).filter((tagged) => tagged.value === value).map(({ pane }) => pane);
  }

  async #tagged(option: string): Promise<{ readonly pane: string; readonly value: string }[]> {
    const listed = await this.#tmux.run(["list-panes", "-a", "-F", `#{pane_id} #{${option}}`]);
    return listed.split("\n").flatMap((line) => {
      const [, pane, value] = /^(%\d+) (\S+)$/.exec(line) ?? [];
      return pane === undefined || value === undefined ? [] : [{ pane, value }];
    });
  }
}

type Shown = { readonly standIn: string; readonly pane: string };
