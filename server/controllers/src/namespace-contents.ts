// What is in a namespace that is to go: deleted, and waited for where others are to take something back.
import type { KindInfo, Resource, ResourceKey } from "@neverland/api";
import { Breather } from "@neverland/platform/wait/breather.ts";
import { listInPages } from "@neverland/store/list-in-pages.ts";
import { type ResourceStore, StoreError, writesAtOnce } from "@neverland/store/resource-store.ts";

/** One that is to be taken back: whoever does that is not waited for. */
type Waiting = { readonly kind: KindInfo; readonly key: ResourceKey; readonly uid: string };

/** Deletes it, in as many calls as that takes: what is waited for between them is looked at by itself, not by listing all. */
export class NamespaceContents {
  readonly #store: ResourceStore;
  readonly #held: readonly KindInfo[];
  /** By namespace, as the last list found them. A list finds those that came to be so since. */
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(store: ResourceStore, held: readonly KindInfo[]) {
    this.#store = store;
    this.#held = held;
  }

  /** @returns Whether there was nothing left to delete. */
  async delete(namespace: string, signal: AbortSignal): Promise<boolean> {
    if (await this.#isWaiting(namespace)) return false;
    // What is to be taken back goes first: by what is beside it, it is taken back (a machine's permission to netboot).
    const waiting: Waiting[] = [];
    let isEmpty = true;
    for await (const { kind, objects } of this.#list(namespace, signal)) {
      isEmpty &&= objects.length === 0;
      const next = objects.filter(({ metadata }) => metadata.finalizers?.length);
      for (const { metadata } of next)
        waiting.push({ kind, key: { namespace, name: metadata.name }, uid: metadata.uid });
      await this.#removeAll(kind, next, signal);
    }
    if (isEmpty || signal.aborted) return isEmpty && !signal.aborted;
    if (waiting.length > 0) this.#waiting.set(namespace, waiting);
    else
      for await (const { kind, objects } of this.#list(namespace, signal)) await this.#removeAll(kind, objects, signal);
    return false;
  }

  async #isWaiting(namespace: string): Promise<boolean> {
    const waiting = this.#waiting.get(namespace) ?? [];
    const breather = new Breather();
    for (let last = waiting.at(-1); last !== undefined; last = waiting.at(-1)) {
      if (breather.isDue) await breather.breathe();
      const found = await this.#store.get(last.kind, last.key);
      if (found?.metadata.uid === last.uid && found.metadata.finalizers?.length) return true;
      waiting.pop();
    }
    this.#waiting.delete(namespace);
    return false;
  }

  async *#list(namespace: string, signal: AbortSignal) {
    for (const kind of this.#held)
      for await (const objects of listInPages(this.#store, kind, { namespace }, signal)) yield { kind, objects };
  }

  async #removeAll(kind: KindInfo, objects: readonly Resource[], signal: AbortSignal): Promise<void> {
    const next = objects.filter(({ metadata }) => !metadata.deletionTimestamp);
    for (let from = 0; from < next.length && !signal.aborted; from += writesAtOnce)
      await Promise.all(next.slice(from, from + writesAtOnce).map((object) => remove(this.#store, kind, object)));
  }
}

async function remove(store: ResourceStore, kind: KindInfo, { metadata }: Resource): Promise<void> {
  try {
    await store.delete(kind, metadata, { uid: metadata.uid });
  } catch (error) {
    if (!(error instanceof StoreError) || !["not-found", "conflict"].includes(error.code)) throw error;
  }
}
