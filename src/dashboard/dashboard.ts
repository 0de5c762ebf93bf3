import { watchSessions } from "../activity/watch.ts";
import { UserError } from "../errors.ts";
import { Ledger } from "../ledger/ledger.ts";
import { interruptible } from "../system/interrupt.ts";
import type { System } from "../system/system.ts";
import { FullScreen } from "../terminal/full-screen.ts";
import { ownPane } from "../tmux/pane/target-pane.ts";
import { Tmux } from "../tmux/tmux.ts";
import { act, changesBottles, doing, type Outcome, type Stage } from "./act.ts";
import { emptyWorld, recordedBottles } from "./gather.ts";
import { KeyReader, type Key } from "./keys.ts";
import { Looks, sleep } from "./looks.ts";
import { Panes } from "./panes.ts";
import { ask, firstScreen, keptSelection, press, selectedOf, type Action, type Place, type Screen } from "./press.ts";
import { type Row, rowsOf, type World } from "./rows.ts";
import { previewLines } from "./preview.ts";
import { Screens } from "./screens.ts";
import { view, type Picture } from "./view.ts";
import { fail } from "../ui/messages.ts";

/** How often the selected session's screen is read while no key is pressed. */
const previewMs = 1_000;
const previewRows = 12;
/** How long leaving waits for programs that still run. */
const leaveMs = 300;

export type DashboardOptions = { readonly client: string | undefined; readonly hasColour: boolean };

/** Shows every session of every bottle on the whole terminal until the user leaves. It owns no session, so none ends with it. */
export async function runDashboard(system: System, options: DashboardOptions): Promise<number> {
  const tmux = Tmux.connect(system);
  const own = tmux && (await ownPane(system, tmux));
  const place: Place = tmux === undefined ? "terminal" : own === undefined ? "popup" : "pane";
  const panes = tmux && new Panes(system, tmux, own, options.client);
  const log = new Set<string>();
  try {
    return await interruptible((signal) => new Dashboard(system, { ...options, place, panes, log }).run(signal));
  } finally {
    if (place === "pane") await panes?.putAllBack().catch((error: unknown) => log.add(wordsOf(error)));
    for (const line of log) system.err(`${line}\n`);
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

type Setting = DashboardOptions & {
  readonly place: Place;
  readonly panes: Panes | undefined;
  /** Failures to report when the dashboard closes. */
  readonly log: Set<string>;
};

class Dashboard {
  readonly #system: System;
  readonly #setting: Setting;
  readonly #keys = new KeyReader();
  readonly #ended = Promise.withResolvers<number>();
  readonly #presses: Key[] = [];
  readonly #screens: Screens;
  #world: World = emptyWorld;
  #screen: Screen = firstScreen;
  #picture: Picture = { lines: [], rowsAt: [] };
  #terminal: FullScreen | undefined;
  #looks: Looks | undefined;
  /** The rows of the picture. */
  #shown: readonly Row[] = [];
  #isListed = false;
  #isActing = false;
  #isDue = false;

  constructor(system: System, setting: Setting) {
    this.#system = system;
    this.#setting = setting;
    this.#screens = new Screens(this.#quiet(), setting.panes);
  }

  async run(interrupted: AbortSignal): Promise<number> {
    const over = new AbortController();
    const signal = AbortSignal.any([interrupted, over.signal]);
    interrupted.addEventListener("abort", () => this.#ended.reject(interrupted.reason), { once: true });
    using ledger = new Ledger(this.#system);
    this.#world = { ...emptyWorld, now: this.#system.now(), bottles: recordedBottles(this.#system, ledger) };
    await using terminal = new FullScreen({
      onInput: (text) => this.#hear(this.#keys.read(text, this.#system.now())),
      onPause: () => this.#hear(this.#keys.isPending ? this.#keys.flush() : []),
      onResize: () => this.#draw(),
      onGone: () => this.#ended.resolve(0),
      onCrash: (error) => this.#ended.reject(error),
    });
    this.#terminal = terminal;
    this.#draw();
    const system = this.#quiet();
    const looks = (this.#looks = new Looks({
      system,
      ledger,
      signal,
      world: () => this.#world,
      change: (part) => this.#change(part),
      fail: (error) => this.#fail(error),
    }));
    const work: Promise<void>[] = [];
    const begin = (jobs: readonly Promise<void>[]) => {
      for (const job of jobs) job.catch((error: unknown) => this.#fail(error));
      work.push(...jobs);
    };
    // The list of sessions comes first: everything else is read for these sessions.
    const first = Promise.withResolvers<void>();
    void first.promise.then(() => begin(looks.start()));
    const onSessions = (sessions: World["sessions"]) => {
      this.#isListed = true;
      const known = new Set(this.#world.bottles.map(({ name }) => name));
      this.#change({
        sessions,
        ...(sessions.some(({ bottle }) => !known.has(bottle)) && { bottles: looks.bottles() }),
      });
      first.resolve();
    };
    begin([watchSessions(system, { signal }, onSessions), this.#follow(signal)]);
    try {
      return await this.#ended.promise;
    } finally {
      over.abort();
      await terminal[Symbol.asyncDispose]();
      await Promise.race([Promise.allSettled(work), Bun.sleep(leaveMs)]);
    }
  }

  /** Part of the data is unavailable; the rest is still right. */
  #fail(error: unknown): void {
    if (!(error instanceof UserError)) return this.#ended.reject(error);
    this.#setting.log.add(error.message);
  }

  /** Nothing may write over the dashboard. */
  #quiet(): System {
    return { ...this.#system, err: (text) => void this.#setting.log.add(text.trimEnd()), out: () => {} };
  }

  #change(part: Partial<World>): void {
    this.#world = { ...this.#world, ...part, now: this.#system.now() };
    // Several changes at once are drawn once.
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#draw();
    });
  }

  #rows(): Row[] {
    return rowsOf(this.#world, this.#screen.snoozed, this.#screen.filter);
  }

  #draw(): void {
    const size = this.#terminal?.size;
    if (!size) return;
    const { place, hasColour } = this.#setting;
    const rows = this.#rows();
    // Until the sessions are known, the selection is the first row.
    if (this.#isListed) this.#screen = { ...this.#screen, selected: keptSelection(this.#screen, this.#shown, rows) };
    this.#shown = rows;
    const text = this.#screens.textOf(selectedOf(this.#screen, rows));
    const preview = previewLines(text, { count: previewRows, columns: size.columns - 2, hasColour });
    const scene = { world: this.#world, rows, screen: this.#screen, place, preview, hasColour };
    this.#picture = view(scene, size);
    this.#terminal?.draw(this.#picture.lines);
  }

  /** Follows the selected session's screen. */
  async #follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#look().catch((error: unknown) => this.#fail(error));
      // Ages are shown in seconds and minutes.
      this.#change({});
      await sleep(previewMs, signal);
    }
  }

  async #look(): Promise<void> {
    if (!this.#screen.peek || this.#screen.mode.kind !== "list") return;
    await this.#screens.look(selectedOf(this.#screen, this.#rows()), () => this.#change({}));
  }

  #hear(keys: readonly Key[]): void {
    this.#presses.push(...keys);
    void this.#work().catch((error: unknown) => this.#ended.reject(error));
  }

  /** Handles one key press at a time: keys typed during an action wait for its end. */
  async #work(): Promise<void> {
    if (this.#isActing) return;
    for (let key = this.#presses.shift(); key; key = this.#presses.shift()) {
      const before = this.#screen.selected;
      const { screen, action } = press(this.#screen, key, {
        rows: this.#rows(),
        place: this.#setting.place,
        now: this.#system.now(),
        rowAt: (line) => this.#picture.rowsAt[line - 1],
      });
      this.#screen = screen;
      this.#draw();
      if (action) await this.#perform(action);
      else if (screen.selected !== before) void this.#look().catch((error: unknown) => this.#fail(error));
    }
  }

  async #perform(action: Action): Promise<void> {
    if (action.kind === "leave") return this.#ended.resolve(0);
    if (action.kind === "redraw") return this.#redraw();
    if (action.kind === "suspend") return await this.#terminal?.suspend();
    this.#isActing = true;
    this.#screen = { ...this.#screen, note: doing(action) };
    this.#draw();
    try {
      this.#settle(await act(this.#stage(), action));
      if (changesBottles(action)) void this.#looks?.refresh().catch((error: unknown) => this.#fail(error));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#setting.log.add(error.message);
      this.#screen = { ...this.#screen, note: error.message };
    } finally {
      this.#isActing = false;
      this.#draw();
    }
  }

  #redraw(): void {
    this.#terminal?.forget();
    this.#draw();
  }

  #settle({ note, confirm: asked, leave }: Outcome): void {
    this.#screen = { ...this.#screen, note };
    if (asked) this.#screen = ask(this.#screen, asked.question, asked.action, asked.lines).screen;
    if (leave) this.#ended.resolve(0);
  }

  #stage(): Stage {
    const { panes, place } = this.#setting;
    const system = this.#quiet();
    return {
      system,
      panes,
      isPopup: place === "popup",
      aside: async (directory, argv) => {
        const inDirectory = ["/bin/sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", directory, ...argv];
        const run = async () => (await this.#system.attach(inDirectory)).code;
        return (await this.#terminal?.aside(run)) ?? 0;
      },
    };
  }
}
