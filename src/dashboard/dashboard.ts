import { watchSessions } from "../activity/watch.ts";
import { UserError } from "../errors.ts";
import { Ledger } from "../ledger/ledger.ts";
import { interruptible } from "../system/interrupt.ts";
import type { System } from "../system/system.ts";
import { FullScreen } from "../terminal/full-screen.ts";
import { ownPane } from "../tmux/pane/target-pane.ts";
import { Tmux } from "../tmux/tmux.ts";
import { act, type Outcome, type Stage } from "./act.ts";
import { changesIn, deniedByBottle, emptyWorld, engineStates, recordedBottles, UsageMeter } from "./gather.ts";
import { KeyReader, type Key } from "./keys.ts";
import { Panes } from "./panes.ts";
import { confirm, firstScreen, press, selectedOf, type Action, type Place, type Screen } from "./press.ts";
import { previewLines } from "./preview.ts";
import { type Row, rowsOf, type World } from "./rows.ts";
import { view, type Picture } from "./view.ts";
import { fail } from "../ui/messages.ts";

// How often to ask for what no file shows.
const enginesMs = 15_000;
const deniedMs = 10_000;
const changesMs = 60_000;
const usageMs = 5_000;
const previewMs = 1_000;
const previewRows = 12;

export type DashboardOptions = { readonly client: string | undefined; readonly hasColour: boolean };

/** Shows every session of every bottle on the whole terminal until the user leaves. It owns no session, so none ends with it. */
export async function runDashboard(system: System, options: DashboardOptions): Promise<number> {
  const tmux = Tmux.connect(system);
  const own = tmux && (await ownPane(system, tmux));
  const place: Place = tmux === undefined ? "terminal" : own === undefined ? "popup" : "pane";
  const panes = tmux && new Panes(system, tmux, own, options.client);
  const log: string[] = [];
  try {
    return await interruptible((signal) => new Dashboard(system, { ...options, place, panes, log }).run(signal));
  } finally {
    if (place === "pane") await panes?.putAllBack().catch((error: unknown) => log.push(wordsOf(error)));
    for (const line of new Set(log)) system.err(`${line}\n`);
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

type Setting = DashboardOptions & {
  readonly place: Place;
  readonly panes: Panes | undefined;
  /** Failures to report when the dashboard closes. */
  readonly log: string[];
};

class Dashboard {
  readonly #system: System;
  readonly #setting: Setting;
  readonly #keys = new KeyReader();
  readonly #ended = Promise.withResolvers<number>();
  readonly #presses: Key[] = [];
  #world: World = emptyWorld;
  #screen: Screen = firstScreen;
  #picture: Picture = { lines: [], rowsAt: [] };
  #preview: readonly string[] = [];
  #terminal: FullScreen | undefined;
  #isActing = false;
  #isDue = false;

  constructor(system: System, setting: Setting) {
    this.#system = system;
    this.#setting = setting;
  }

  async run(interrupted: AbortSignal): Promise<number> {
    const over = new AbortController();
    const signal = AbortSignal.any([interrupted, over.signal]);
    interrupted.addEventListener("abort", () => this.#ended.reject(interrupted.reason), { once: true });
    using ledger = new Ledger(this.#system);
    this.#world = { ...emptyWorld, now: this.#system.now(), bottles: recordedBottles(ledger) };
    await using terminal = new FullScreen({
      onInput: (text) => this.#hear(this.#keys.read(text, this.#system.now())),
      onPause: () => this.#hear(this.#keys.isPending ? this.#keys.flush() : []),
      onResize: () => this.#draw(),
      onGone: () => this.#ended.resolve(0),
      onCrash: (error) => this.#ended.reject(error),
    });
    this.#terminal = terminal;
    this.#draw();
    const watching = watchSessions(this.#quiet(), { signal }, (sessions) => {
      this.#change({ sessions, bottles: this.#withStates(recordedBottles(ledger)) });
    });
    const work = [watching, ...this.#loops(ledger, signal)];
    for (const job of work) job.catch((error: unknown) => this.#fail(error));
    try {
      return await this.#ended.promise;
    } finally {
      over.abort();
      await Promise.allSettled(work);
    }
  }

  /** Part of the data is unavailable; the rest is still right. */
  #fail(error: unknown): void {
    if (!(error instanceof UserError)) return this.#ended.reject(error);
    this.#setting.log.push(error.message);
  }

  /** Nothing may write over the dashboard. */
  #quiet(): System {
    return { ...this.#system, err: (text) => void this.#setting.log.push(text.trimEnd()), out: () => {} };
  }

  #loops(ledger: Ledger, signal: AbortSignal): Promise<void>[] {
    const system = this.#quiet();
    const meter = new UsageMeter();
    const every = async (ms: number, look: () => Promise<void> | void): Promise<void> => {
      while (!signal.aborted) {
        try {
          await look();
        } catch (error) {
          if (signal.aborted) return;
          this.#fail(error);
        }
        await sleep(ms, signal);
      }
    };
    return [
      every(enginesMs, async () => {
        this.#states = await engineStates(system);
        this.#change({ bottles: this.#withStates(recordedBottles(ledger)) });
      }),
      every(deniedMs, async () => this.#change({ denied: await deniedByBottle(system) })),
      every(changesMs, async () => {
        const live = [...new Set(this.#world.sessions.map(({ directory }) => directory))];
        await changesIn(system, live, (directory, changes) => {
          this.#change({ changes: new Map([...this.#world.changes, [directory, changes]]) });
        });
      }),
      every(usageMs, () => this.#change({ usage: meter.measure(system, ledger, this.#world.sessions) })),
      every(previewMs, async () => {
        await this.#look();
        // Ages are shown in seconds and minutes.
        this.#change({});
      }),
    ];
  }

  #states: ReadonlyMap<string, string> | undefined;

  #withStates(bottles: World["bottles"]): World["bottles"] {
    const states = this.#states;
    return states ? bottles.map((bottle) => ({ ...bottle, state: bottle.state ?? states.get(bottle.name) ?? "missing" })) : bottles;
  } // prettier-ignore

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
    // The selection follows its row by key. If the row is gone, the first row is selected.
    this.#screen = { ...this.#screen, selected: selectedOf(this.#screen, rows)?.key };
    const scene = { world: this.#world, rows, screen: this.#screen, place, preview: this.#preview, hasColour };
    this.#picture = view(scene, size);
    this.#terminal?.draw(this.#picture.lines);
  }

  /** The screen of the selected session: live if its pane is in this tmux server, otherwise the last text of its records. */
  async #look(): Promise<void> {
    const { panes, hasColour } = this.#setting;
    const row = selectedOf(this.#screen, this.#rows());
    const columns = (this.#terminal?.size?.columns ?? 80) - 2;
    const pane = row?.session?.pane;
    if (!this.#screen.peek || this.#screen.mode.kind !== "list") return;
    if (!panes || !pane) {
      this.#preview = row?.session?.detail === undefined ? [] : previewLines(row.session.detail, { count: 3, columns, hasColour });
      return;
    }
    try {
      const shown = await panes.screenOf(pane.id);
      this.#preview = previewLines(shown, { count: previewRows, columns, hasColour });
    } catch (error) {
      // The pane has closed in the meantime.
      if (!(error instanceof UserError)) throw error;
      this.#preview = [];
    }
  } // prettier-ignore

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
      if (screen.selected !== before) this.#preview = [];
      this.#draw();
      if (action) await this.#perform(action);
      else if (screen.selected !== before) void this.#look().then(() => this.#draw(), (error: unknown) => this.#fail(error));
    }
  } // prettier-ignore

  async #perform(action: Action): Promise<void> {
    if (action.kind === "leave") return this.#ended.resolve(0);
    if (action.kind === "redraw") return this.#redraw();
    if (action.kind === "suspend") return await this.#terminal?.suspend();
    this.#isActing = true;
    try {
      this.#settle(await act(this.#stage(), action));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#setting.log.push(error.message);
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
    if (note !== undefined) this.#screen = { ...this.#screen, note };
    if (asked) this.#screen = confirm(this.#screen, asked.question, asked.action, asked.lines).screen;
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

const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done, { once: true });
  });
