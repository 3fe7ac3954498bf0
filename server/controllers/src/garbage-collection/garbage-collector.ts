// Deletes what has lost its owners, and lets owners go that wait for their dependents (ownerReferences of Kubernetes).
import { findKind, type KindInfo, type OwnerReference, type Resource } from "@neverland/api";
import type { Clock } from "@neverland/platform/clock.ts";
import type { Service } from "@neverland/platform/service.ts";
import { pause } from "@neverland/platform/wait/pause.ts";
import { foregroundFinalizer, orphanFinalizer } from "@neverland/store/deletion-finalizers.ts";
import { type ResourceStore, StoreError } from "@neverland/store/resource-store.ts";
import { OwnershipGraph, type OwnershipNode } from "./ownership-graph.ts";

export type GarbageCollectorDeps = {
  readonly store: ResourceStore;
  readonly clock: Clock;
  readonly kinds: readonly KindInfo[];
  /** Told of failures that are tried again. */
  readonly onError?: (error: unknown) => void;
};

/** Before a failed step is tried again. */
const retryMs = 500;

export class GarbageCollector implements Service {
  readonly #deps: GarbageCollectorDeps;
  readonly #graph = new OwnershipGraph();
  readonly #stopping = new AbortController();
  readonly #due = new Set<string>();
  readonly #timers = new Set<() => void>();
  #working: Promise<void> | undefined;
  #followers: Promise<void>[] = [];

  constructor(deps: GarbageCollectorDeps) {
    this.#deps = deps;
  }

  /** Resolves when every object is known; nothing is judged before, for a dependent not yet heard of would be missed. */
  async start(signal: AbortSignal): Promise<void> {
    const versions = new Map<KindInfo, string>();
    for (const kind of this.#deps.kinds) {
      signal.throwIfAborted();
      versions.set(kind, await this.#load(kind));
    }
    this.#followers = [...versions].map(([kind, version]) => this.#follow(kind, version));
    for (const kind of this.#deps.kinds) for (const uid of this.#graph.uidsOf(kind)) this.#consider(uid);
  }

  async stop(_deadline: AbortSignal): Promise<void> {
    this.#stopping.abort();
    this.#due.clear();
    for (const cancel of this.#timers) cancel();
    await Promise.all(this.#followers);
    await this.#working;
  }

  /** Puts one kind into the graph as it is now. @returns The version to watch from. */
  async #load(kind: KindInfo): Promise<string> {
    const { items, resourceVersion } = await this.#deps.store.list(kind);
    const present = new Set(items.map((item) => item.metadata.uid));
    for (const uid of this.#graph.uidsOf(kind)) if (!present.has(uid)) this.#removed(uid);
    for (const item of items) this.#graph.put(kind, item);
    return resourceVersion;
  }

  /** Until stopped: after a gap or a failure the kind is loaded again. */
  async #follow(kind: KindInfo, from: string): Promise<void> {
    const { signal } = this.#stopping;
    let resourceVersion = from;
    while (!signal.aborted) {
      try {
        for await (const event of this.#deps.store.watch(kind, { resourceVersion, signal })) {
          if (event.type === "bookmark") resourceVersion = event.resourceVersion;
          else resourceVersion = this.#heard(kind, event.type === "deleted", event.object);
        }
      } catch (error) {
        if (!(error instanceof StoreError && error.code === "gone")) this.#deps.onError?.(error);
        await pause(this.#deps.clock, retryMs, this.#stopping.signal);
        resourceVersion = await this.#load(kind).catch(() => resourceVersion);
        for (const uid of this.#graph.uidsOf(kind)) this.#consider(uid);
      }
    }
  }

  #heard(kind: KindInfo, isDeleted: boolean, object: Resource): string {
    if (isDeleted) this.#removed(object.metadata.uid);
    else this.#consider(this.#graph.put(kind, object).uid);
    return object.metadata.resourceVersion;
  }

  /** What the object owned may have lost its last owner; what owned it may have waited for it. */
  #removed(uid: string): void {
    for (const dependent of this.#graph.dependentsOf(uid)) this.#consider(dependent.uid);
    const node = this.#graph.remove(uid);
    for (const owner of node?.owners ?? []) this.#consider(owner.uid);
  }

  #consider(uid: string): void {
    const node = this.#graph.get(uid);
    if (!node || this.#stopping.signal.aborted) return;
    if (node.owners.length === 0 && !(node.isDeleting && node.finalizers.length > 0)) return;
    this.#due.add(uid);
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  async #work(): Promise<void> {
    for (const uid of this.#due) {
      this.#due.delete(uid);
      const node = this.#graph.get(uid);
      if (!node) continue;
      try {
        await this.#judge(node);
      } catch (error) {
        this.#failed(uid, error);
      }
    }
  }

  #failed(uid: string, error: unknown): void {
    if (error instanceof StoreError && error.code === "not-found") return;
    if (!(error instanceof StoreError && error.code === "conflict")) this.#deps.onError?.(error);
    const cancel = this.#deps.clock.after(retryMs, () => {
      this.#timers.delete(cancel);
      this.#consider(uid);
    });
    this.#timers.add(cancel);
  }

  async #judge(node: OwnershipNode): Promise<void> {
    const { store } = this.#deps;
    if (node.isDeleting && node.finalizers.includes(orphanFinalizer)) return await this.#orphanDependents(node);
    if (node.isDeleting && node.finalizers.includes(foregroundFinalizer)) return await this.#deleteDependents(node);
    if (node.owners.length === 0 || node.isDeleting) return;
    const present = await Promise.all(node.owners.map((owner) => this.#isThere(owner, node)));
    if (!present.some(Boolean)) await store.delete(node.kind, node.key, { uid: node.uid });
  }

  async #deleteDependents(owner: OwnershipNode): Promise<void> {
    const dependents = this.#graph.dependentsOf(owner.uid).filter((node) => node.key.namespace === owner.key.namespace);
    for (const { kind, key, uid, isDeleting } of dependents)
      if (!isDeleting) await ignoreMissing(this.#deps.store.delete(kind, key, { uid }));
    if (dependents.length === 0) await this.#removeFinalizer(owner, foregroundFinalizer);
  }

  async #orphanDependents(owner: OwnershipNode): Promise<void> {
    for (const { kind, key, uid } of this.#graph.dependentsOf(owner.uid)) {
      const object = await this.#deps.store.get(kind, key);
      if (object?.metadata.uid !== uid) continue;
      const ownerReferences = (object.metadata.ownerReferences ?? []).filter(
        (reference) => reference.uid !== owner.uid,
      );
      await this.#deps.store.update(kind, { ...object, metadata: { ...object.metadata, ownerReferences } });
    }
    await this.#removeFinalizer(owner, orphanFinalizer);
  }

  async #removeFinalizer({ kind, key, uid }: OwnershipNode, finalizer: string): Promise<void> {
    const object = await this.#deps.store.get(kind, key);
    if (object?.metadata.uid !== uid) return;
    const finalizers = (object.metadata.finalizers ?? []).filter((name) => name !== finalizer);
    await this.#deps.store.update(kind, { ...object, metadata: { ...object.metadata, finalizers } });
  }

  /** Asks the store itself, for the graph may lag. An owner of a kind that is not kept here cannot be judged: it stays. */
  async #isThere({ apiVersion, kind, name, uid }: OwnerReference, { key }: OwnershipNode): Promise<boolean> {
    const info = findKind(apiVersion, kind);
    if (!info) return true;
    const owner = await this.#deps.store.get(info, { namespace: key.namespace, name });
    return owner?.metadata.uid === uid;
  }
}

async function ignoreMissing(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof StoreError && error.code === "not-found")) throw error;
  }
}
