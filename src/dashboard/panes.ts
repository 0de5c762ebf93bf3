import type { Pane } from "../ledger/ledger.ts";
import { isDirectory } from "../system/files.ts";
import type { System } from "../system/system.ts";
import { openArgv } from "../tmux/argv.ts";
import { holderArgv, startingIn } from "../tmux/pane/open.ts";
import { askedClient } from "../tmux/pane/target-pane.ts";
import type { Tmux } from "../tmux/tmux.ts";

/** Set on the placeholder in a session's own window while its pane is beside the list. The value is the session's pane. */
const standsInFor = "@claude-bottle-stands-in-for";
/** Set on a pane that we opened to attach a background session. The value is the session. */
const attaches = "@claude-bottle-attaches";

/** The panes of the tmux server that the dashboard runs in. It moves panes, and never starts anything in the pane of a session. */
export class Panes {
  readonly #system: System;
  readonly #tmux: Tmux;
  /** The dashboard's own pane; undefined in a popup. */
  readonly #own: string | undefined;
  readonly #client: string | undefined;
  /** The panes opened so far. The next one opens below the last of them, so that the list keeps its size. */
  readonly #opened: string[] = [];

  constructor(system: System, tmux: Tmux, own: string | undefined, client: string | undefined) {
    this.#system = system;
    this.#tmux = tmux;
    this.#own = own;
    this.#client = client;
  }

  /** Whether the pane is in this server and is still the one in which the session started. */
  async isThere({ id, terminal, server }: Pane): Promise<boolean> {
    if (server.pid !== this.#tmux.server.pid || server.started !== this.#tmux.server.started) return false;
    return (await this.#tmux.ask(id, ["pane_tty"]))?.pane_tty === terminal;
  }

  /** The lines of the pane's screen, with colours. */
  async screenOf(pane: string): Promise<string> {
    return await this.#tmux.run(["capture-pane", "-e", "-p", "-t", pane]);
  }

  /** Shows the pane in the tmux client that displays the dashboard. */
  async show(pane: string): Promise<void> {
    await this.#tmux.run(["switch-client", "-c", await this.#clientName(), "-t", pane]);
  }

  async #clientName(): Promise<string> {
    return this.#client ?? (await askedClient(this.#tmux, this.#own ?? "", undefined));
  }

  /** Chooses from a menu. The key alone selects: an Enter after it would answer the next question unread. */
  async choose(pane: string, choice: string): Promise<void> {
    await this.#tmux.run(["send-keys", "-t", pane, "-l", "--", choice]);
  }

  /** Types one line into the pane as a person would: first the text, then Enter once the text is shown. */
  async type(pane: string, text: string): Promise<void> {
    const before = await this.#tmux.run(["capture-pane", "-p", "-t", pane]);
    await this.#tmux.run(["send-keys", "-t", pane, "-l", "--", text]);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      await Bun.sleep(25);
      if ((await this.#tmux.run(["capture-pane", "-p", "-t", pane])) !== before) break;
    }
    await this.#tmux.run(["send-keys", "-t", pane, "Enter"]);
  }

  /** Opens a pane on the right that runs claude-bottle with `words`. */
  async open(directory: string, words: readonly string[], ending: "close" | "key" = "close"): Promise<string> {
    return await this.#split(directory, holderArgv(this.#system, directory, words, ending));
  }

  /** Opens the user's own shell on the host. */
  async openShell(directory: string): Promise<void> {
    await this.#split(directory, []);
  }

  async #split(directory: string, argv: readonly string[]): Promise<string> {
    const own = this.#own ?? "";
    const seen = await this.#tmux.mustAsk(own, ["session_path", "pane_width", "window_id"]);
    const beside = await this.#lastOpened(seen.window_id);
    const command = argv.length === 0 ? argv : startingIn(seen.session_path, argv);
    const place = beside === undefined && Number(seen.pane_width) >= 80 ? "right" : "below";
    const opening = openArgv({
      place,
      pane: beside ?? own,
      window: "",
      zoomed: false,
      client: undefined,
      name: "",
      command,
    });
    const opened = (await this.#tmux.runIn(isDirectory(directory) ? directory : "/", opening)).trim();
    this.#opened.push(opened);
    return opened;
  }

  async #lastOpened(window: string): Promise<string | undefined> {
    for (let pane = this.#opened.at(-1); pane !== undefined; pane = this.#opened.at(-1)) {
      if ((await this.#tmux.ask(pane, ["window_id"]))?.window_id === window) return pane;
      this.#opened.pop();
    }
    return undefined;
  }

  /** Attaches the session in a pane of its own. While that pane exists, it is shown again. */
  async attach(directory: string, session: string): Promise<void> {
    const [known] = await this.#panesWith(attaches, session);
    if (known !== undefined) return await this.show(known);
    const opened = await this.open(directory, ["attach", session]);
    await this.#tmux.run(["set-option", "-p", "-t", opened, attaches, session]);
  }

  /**
   * Puts the pane beside the list. It is swapped with a placeholder of ours, which keeps its window and layout. The pane that was there goes back
   * first; if it is the same one, nothing else happens.
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
    this.#opened.push(pane);
    return "brought";
  }

  /** The pane beside the list, even if a killed dashboard left it there. A placeholder whose session is gone is closed. */
  async shown(): Promise<Shown | undefined> {
    let found: Shown | undefined;
    for (const { pane: standIn, value: pane } of await this.#tagged(standsInFor)) {
      if ((await this.#tmux.ask(pane, ["pane_tty"]))?.pane_tty) found = { standIn, pane };
      else await this.#tmux.run(["kill-pane", "-t", standIn]);
    }
    return found;
  }

  /** Returns every pane to its window. */
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
