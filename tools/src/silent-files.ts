// Test files in which no test runs and nothing else is told: what they opened outside of a test, or a test left open, keeps them from ending.

type FileEvent = { readonly file: string; readonly what: "began" | "test began" | "test ended" | "ended" };
type Running = { tests: number; heardMs: number };

export class SilentFiles {
  readonly #files: ReadonlySet<string>;
  readonly #running = new Map<string, Running>();

  /** @param files Those that are run, by their whole paths. */
  constructor(files: ReadonlySet<string>) {
    this.#files = files;
  }

  /** A test of a suite that files share is told by the suite's own file: which of them runs it is not said, so it is a sign of each. */
  told({ file, what }: FileEvent, nowMs: number): void {
    if (!this.#files.has(file)) {
      for (const running of this.#running.values()) running.heardMs = nowMs;
      return;
    }
    if (what === "ended") {
      this.#running.delete(file);
      return;
    }
    const running = this.#running.getOrInsertComputed(file, () => ({ tests: 0, heardMs: nowMs }));
    running.heardMs = nowMs;
    if (what === "test began") running.tests += 1;
    if (what === "test ended") running.tests -= 1;
  }

  /** A test that runs has a deadline of its own. */
  since(thenMs: number): readonly string[] {
    return [...this.#running].flatMap(([file, { tests, heardMs }]) => (tests === 0 && heardMs <= thenMs ? [file] : []));
  }
}
