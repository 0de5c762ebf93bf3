/** The undo steps of a launch: each step that begins registers its own, and a failure runs them in reverse. */
export class Undo {
  readonly #steps: (() => Promise<void>)[] = [];

  add(step: () => Promise<void>): void {
    this.#steps.push(step);
  }

  /** Runs `work`; when it fails, runs the steps, each whatever the one before it did, and throws the first failure. */
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
