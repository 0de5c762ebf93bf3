import type { Ledger } from "./ledger.ts";

/** Denied hosts that the user no longer wants to see, by bottle. They stay denied. */
export class Mutes {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  add(bottle: string, target: string): void {
    this.#ledger.database.query("insert or ignore into mutes (bottle, target) values (?, ?)").run(bottle, target);
  }

  has(bottle: string, target: string): boolean {
    return (
      this.#ledger.database.query("select 1 from mutes where bottle = ?1 and target = ?2").get(bottle, target) !== null
    );
  }
}
