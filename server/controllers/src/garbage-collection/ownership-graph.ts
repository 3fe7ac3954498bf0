// Which objects there are and which own which, as far as the garbage collector has heard. Holds no specs.
import type { KindInfo, OwnerReference, Resource, ResourceKey } from "@neverland/api";

export type OwnershipNode = {
  readonly kind: KindInfo;
  readonly key: ResourceKey;
  readonly uid: string;
  readonly owners: readonly OwnerReference[];
  readonly finalizers: readonly string[];
  readonly isDeleting: boolean;
};

export class OwnershipGraph {
  readonly #nodes = new Map<string, OwnershipNode>();
  readonly #dependents = new Map<string, Set<string>>();

  get(uid: string): OwnershipNode | undefined {
    return this.#nodes.get(uid);
  }

  dependentsOf(uid: string): OwnershipNode[] {
    const uids = this.#dependents.get(uid) ?? [];
    return [...uids].flatMap((dependent) => this.#nodes.get(dependent) ?? []);
  }

  uidsOf(kind: KindInfo): string[] {
    return [...this.#nodes.values()].filter((node) => node.kind === kind).map((node) => node.uid);
  }

  put(kind: KindInfo, { metadata }: Resource): OwnershipNode {
    this.remove(metadata.uid);
    const node: OwnershipNode = {
      kind,
      key: { namespace: metadata.namespace, name: metadata.name },
      uid: metadata.uid,
      owners: metadata.ownerReferences ?? [],
      finalizers: metadata.finalizers ?? [],
      isDeleting: Boolean(metadata.deletionTimestamp),
    };
    this.#nodes.set(node.uid, node);
    for (const { uid } of node.owners) this.#dependents.getOrInsertComputed(uid, () => new Set()).add(node.uid);
    return node;
  }

  remove(uid: string): OwnershipNode | undefined {
    const node = this.#nodes.get(uid);
    this.#nodes.delete(uid);
    for (const owner of node?.owners ?? []) {
      const dependents = this.#dependents.get(owner.uid);
      dependents?.delete(uid);
      if (dependents?.size === 0) this.#dependents.delete(owner.uid);
    }
    return node;
  }
}
