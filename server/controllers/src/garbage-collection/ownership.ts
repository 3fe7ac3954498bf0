// Which objects are owned, and by whom: ids alone, and only of what may have to go or is waited for.
import type { KindInfo, Resource, ResourceKey } from "@neverland/api";
import { foregroundFinalizer, orphanFinalizer } from "@neverland/store/deletion-finalizers.ts";

export type Member = { readonly kind: KindInfo; readonly key: ResourceKey; readonly owners: readonly string[] };

/** By uid. What owns nothing, is owned by nothing and waits for nothing is not kept, so it costs nothing. */
export class Ownership {
  readonly #members = new Map<string, Member>();
  readonly #dependents = new Map<string, Set<string>>();

  get(uid: string): Member | undefined {
    return this.#members.get(uid);
  }

  uids(): IterableIterator<string> {
    return this.#members.keys();
  }

  dependentsOf(uid: string): ReadonlySet<string> {
    return this.#dependents.get(uid) ?? new Set();
  }

  /** @returns Whether the object is one that may have to go, or has to wait for others. */
  put(kind: KindInfo, { metadata }: Resource): boolean {
    const { uid, namespace, name, ownerReferences, finalizers, deletionTimestamp } = metadata;
    this.delete(uid);
    const isWaiting = Boolean(deletionTimestamp) && finalizers?.some((each) => waiting.has(each)) === true;
    if (!ownerReferences?.length && !isWaiting) return false;
    const owners = (ownerReferences ?? []).map((owner) => owner.uid);
    this.#members.set(uid, { kind, key: { namespace, name }, owners });
    for (const owner of owners) this.#dependents.getOrInsertComputed(owner, () => new Set()).add(uid);
    return true;
  }

  /** @returns The uids of what owned it. */
  delete(uid: string): readonly string[] {
    const owners = this.#members.get(uid)?.owners ?? [];
    this.#members.delete(uid);
    for (const owner of owners) {
      const dependents = this.#dependents.get(owner);
      dependents?.delete(uid);
      if (dependents?.size === 0) this.#dependents.delete(owner);
    }
    return owners;
  }
}

const waiting: ReadonlySet<string> = new Set([foregroundFinalizer, orphanFinalizer]);
