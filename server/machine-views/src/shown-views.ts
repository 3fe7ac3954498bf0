// The views as they are kept in a store of their own: written only where they say something else than before.
import {
  apiVersionOf,
  kinds,
  type MachineViewContent,
  type ObjectMeta,
  type Resource,
  type ResourceKey,
} from "@neverland/api";
import { KeyMap } from "@neverland/platform/collections/key-map.ts";
import { sameJson } from "@neverland/store/resource-json.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";

const kind = kinds.MachineView;
const type = { apiVersion: apiVersionOf(kind), kind: kind.kind };

/** `lastSeen` alone is written when it is so far behind: else a watch of all machines would be told of every packet. */
export const staleMs = 300_000;

export type ShownMeta = ResourceKey & Partial<Pick<ObjectMeta, "uid" | "labels" | "creationTimestamp">>;

export class ShownViews {
  readonly #store: ResourceStore;
  readonly #views = new KeyMap<Resource>();

  constructor(store: ResourceStore) {
    this.#store = store;
  }

  /** As it is shown now; costs one look-up. */
  of(key: ResourceKey): Resource | undefined {
    return this.#views.get(key);
  }

  async put(metadata: ShownMeta, content: MachineViewContent): Promise<void> {
    const before = this.of(metadata);
    if (before === undefined || (metadata.uid !== undefined && before.metadata.uid !== metadata.uid)) {
      if (before !== undefined) await this.#store.delete(kind, before.metadata);
      this.#views.set(metadata, await this.#store.create(kind, { ...type, metadata, ...content }));
      return;
    }
    const { labels: _, ...kept } = before.metadata;
    const { labels } = metadata;
    const next: Resource = { ...type, metadata: { ...kept, ...(labels && { labels }) }, ...content };
    if (!isNews(before, next)) return;
    this.#views.set(metadata, await this.#store.update(kind, next));
  }

  async remove(key: ResourceKey): Promise<void> {
    if (this.#views.delete(key) !== undefined) await this.#store.delete(kind, key);
  }
}

function isNews(before: Resource, next: Resource): boolean {
  const behindMs = seenMs(next) - seenMs(before);
  return behindMs >= staleMs || !sameJson({ ...before, lastSeen: null }, { ...next, lastSeen: null });
}

function seenMs(view: Resource): number {
  return Date.parse(String(Reflect.get(view, "lastSeen") ?? "")) || 0;
}
