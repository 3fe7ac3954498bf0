// A medium for tests: it has the rows it is given, and commits when, and if, the test says so.
import type { StoreBackend, StoredChange, StoredHistory, StoredRow } from "../engine/store-backend.ts";

type Commit = { readonly changes: readonly StoredChange[]; readonly end: PromiseWithResolvers<void> };

export class ScriptedBackend implements StoreBackend {
  readonly #rows: readonly StoredRow[];
  readonly #commits: Commit[] = [];
  #arrival = Promise.withResolvers<void>();
  /** Set: a commit waits for `release` or `fail`. */
  isSlow = false;
  readonly committed: StoredChange[] = [];
  closed = 0;

  constructor(rows: readonly StoredRow[] = []) {
    this.#rows = rows;
  }

  async versions() {
    const version = Math.max(0, ...this.#rows.map((row) => row.version));
    return { version, compactedVersion: version };
  }

  async *rows(): AsyncIterable<readonly StoredRow[]> {
    for (let at = 0; at < this.#rows.length; at += 500) yield this.#rows.slice(at, at + 500);
  }

  async *history(): AsyncIterable<readonly StoredHistory[]> {}

  async commit(changes: readonly StoredChange[]): Promise<void> {
    if (this.isSlow) {
      const end = Promise.withResolvers<void>();
      this.#commits.push({ changes, end });
      this.#arrival.resolve();
      this.#arrival = Promise.withResolvers();
      await end.promise;
    }
    this.committed.push(...changes);
  }

  /** Resolves when a commit waits. */
  async arrived(): Promise<void> {
    if (this.#commits.length === 0) await this.#arrival.promise;
  }

  release(): void {
    this.#commits.shift()?.end.resolve();
  }

  fail(error: Error): void {
    this.#commits.shift()?.end.reject(error);
  }

  async close(): Promise<void> {
    this.closed += 1;
  }
}
