// What there was of a kind at a version: as it was kept for a list in pages, or made again from the history. It alone says how much
// is kept, and how much is made: reads are bounded by it as writes are.
import { formatKey, type KindInfo, type Resource, type ResourceKey } from "@neverland/api";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { Breather } from "@neverland/platform/wait/breather.ts";
import { StoreError } from "../resource-store.ts";
import { formatToken } from "./continue-token.ts";
import { type ListBounds, type ListState, oldOf } from "./kept-lists.ts";
import { kindIdOf, type StoreState } from "./store-state.ts";

export type PastStatesDeps = {
  readonly state: StoreState;
  readonly clock: Clock;
  /** Most that is kept in all. */
  readonly bytes: number;
  /** Longest time that one is kept which nobody asks for. */
  readonly ageMs: number;
};

export type PastState = Pick<ListState, "snapshot" | "old">;

/** `after`: of a page, the last key of the one before. */
type Position = { readonly version: number; readonly after?: ResourceKey };

/** Each is made of all that was written since: a long history's takes tens of milliseconds, so they are made one after another. */
const mostWaiting = 16;
/** Between two times that what is too much or too old is forgotten. */
const restMs = 10;

export class PastStates {
  readonly #deps: PastStatesDeps;
  #making: Promise<void> = Promise.resolve();
  #waiting = 0;
  #cancelLook: (() => void) | undefined;
  #isClosed = false;

  constructor(deps: PastStatesDeps) {
    this.#deps = deps;
  }

  /** @throws {StoreError} `gone` when it is neither kept nor in the history, `unavailable` when too many ask for others. */
  async at(kind: KindInfo, position: Position): Promise<PastState> {
    const kept = this.#find(kind, position);
    if (kept) return kept;
    if (this.#waiting >= mostWaiting) {
      const text = `The list is of version ${position.version}, and ${this.#waiting} lists of past versions are being made already`;
      throw new StoreError("unavailable", `${text}: ask again in a moment, or for what there is now.`);
    }
    this.#waiting += 1;
    const made = this.#making.then(() => this.#make(kind, position)).finally(() => (this.#waiting -= 1));
    this.#making = made.then(
      () => undefined,
      () => undefined,
    );
    return await made;
  }

  /** For the next pages of a list. */
  keep(kind: KindInfo, version: number, { snapshot, old }: PastState): void {
    if (this.#isClosed) return;
    const { state, clock } = this.#deps;
    state.lists.keep({ kindId: kindIdOf(kind), version, snapshot, old }, clock.nowMs(), this.#bounds);
    this.#lookLater();
  }

  /** Called after writes: what they replaced counts. */
  forget(): void {
    this.#deps.state.lists.forget(this.#bounds);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelLook?.();
  }

  get #bounds(): ListBounds {
    const { clock, bytes, ageMs } = this.#deps;
    return { bytes, sinceMs: clock.nowMs() - ageMs };
  }

  /** A store that nobody writes to, or reads, keeps nothing for longer, either. */
  #lookLater(isMore = false): void {
    const { state, clock, ageMs } = this.#deps;
    const { leastAskedMs } = state.lists;
    if (this.#cancelLook || leastAskedMs === undefined) return;
    const dueMs = isMore ? 0 : leastAskedMs + ageMs + 1 - clock.nowMs();
    const look = (): void => {
      this.#cancelLook = undefined;
      this.#lookLater(state.lists.forget(this.#bounds));
    };
    this.#cancelLook = clock.after(Math.max(dueMs, restMs), look, true);
  }

  #find(kind: KindInfo, { version }: Position): PastState | undefined {
    const { state, clock } = this.#deps;
    const snapshot = state.lists.find(kindIdOf(kind), version, clock.nowMs());
    return snapshot && { snapshot, old: [] };
  }

  async #make(kind: KindInfo, position: Position): Promise<PastState> {
    const breather = new Breather();
    await breather.breathe();
    // Whoever was before may have asked for the same.
    const kept = this.#find(kind, position);
    if (kept) return kept;
    const { log } = this.#deps.state;
    const kindId = kindIdOf(kind);
    if (position.version < log.compactedVersion(kindId)) throw gone(position);
    const snapshot = this.#deps.state.tableOf(kind).snapshot();
    const all = log.of(kindId);
    const changes = all.from(all.find((change) => change.version <= position.version));
    const undone = new Map<string, Resource | undefined>();
    for (const { key, before } of changes.toReversed()) {
      if (breather.isDue) await breather.breathe();
      if (before === undefined) snapshot.delete(key);
      else snapshot.put(before);
      undone.set(formatKey(key), before);
    }
    const old = [];
    for (const before of undone.values()) {
      if (breather.isDue) await breather.breathe();
      if (before !== undefined) old.push(oldOf(before));
    }
    return { snapshot, old };
  }
}

function gone({ version, after }: Position): StoreError {
  const text = `The list is of version ${version}, and that state is no longer kept: list again from the start`;
  if (after === undefined) return new StoreError("gone", `${text}.`);
  const onward = "or go on with the token of this answer, from the same place in what is there now.";
  return new StoreError("gone", `${text}, ${onward}`, { continueToken: formatToken({ after }) });
}
