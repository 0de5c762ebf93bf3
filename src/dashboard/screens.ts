import type { Session } from "../activity/sessions.ts";
import { UserError } from "../errors.ts";
import type { System } from "../system/system.ts";
import type { Panes } from "./panes.ts";
import type { Row } from "./rows.ts";

/** How often to read the screen of a working background session: `claude logs` takes a third of a second of CPU. */
const backgroundMs = 5_000;

/** The screen of each session: from its pane, or from `claude logs` for a background session; otherwise the last message. */
export class Screens {
  readonly #system: System;
  readonly #panes: Panes | undefined;
  /** By the row's key. */
  readonly #seen = new Map<string, { readonly text: string; readonly at: number; readonly since: number }>();
  readonly #asked = new Set<string>();

  constructor(system: System, panes: Panes | undefined) {
    this.#system = system;
    this.#panes = panes;
  }

  /** The screen as it was last read, with its colours. */
  textOf(row: Row | undefined): string {
    return (row && this.#seen.get(row.key)?.text) ?? row?.session?.detail ?? "";
  }

  /** Reads the screen of the row, unless a read is under way. */
  async look(row: Row | undefined, onSeen: () => void): Promise<void> {
    const session = row?.session;
    if (!session || this.#asked.has(row.key)) return;
    this.#asked.add(row.key);
    try {
      const text = await this.#screenOf(session);
      if (text === undefined) return;
      this.#seen.set(row.key, { text, at: this.#system.now(), since: session.since });
      onSeen();
    } finally {
      this.#asked.delete(row.key);
    }
  }

  async #screenOf({ id, pane, isBackground, state, since }: Session): Promise<string | undefined> {
    if (this.#panes && pane) {
      try {
        return await this.#panes.screenOf(pane.id);
      } catch (error) {
        // The pane has closed in the meantime.
        if (!(error instanceof UserError)) throw error;
        return "";
      }
    }
    if (!isBackground || state === "ended") return undefined;
    const last = this.#seen.get(id);
    const isCurrent = last !== undefined && last.since === since && (state !== "working" || this.#system.now() - last.at < backgroundMs);
    if (isCurrent) return undefined;
    const { code, stdout } = await this.#system.run([...this.#system.self, "logs", "--screen", id], { cwd: "/", timeoutMs: 20_000 });
    return code === 0 ? stdout : "";
  } // prettier-ignore
}
