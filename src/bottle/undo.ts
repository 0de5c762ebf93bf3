/** The undo steps of a launch. Each step registers its own before it begins, and a failure runs them in reverse. */
export class Undo {
  readonly #steps: (() => Promise<void>)[] = [];

  add(step: () => Promise<void>): void {
    this.#steps.push(step);
  }

  /** Runs `work`. If it fails, runs every undo step, even if one of them fails, and throws the first error. */
  static async guard<T>(work: (undo: Undo) => Promise<T>): Promise<T> {
    const undo = new Undo();
    try {
      return await work(undo);
    } catch (error) {
      for (const step of undo.#steps.reverse()) await step().catch(() => {});
      throw error;
    }
  }
}
