// Deletes what is in a namespace that is deleted; the namespace goes with the last of it, as in Kubernetes.
import { type KindInfo, kinds, type Namespace, type Resource } from "@neverland/api";
import type { Controller } from "@neverland/controller-kit/controller.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { type ResourceStore, StoreError } from "@neverland/store/resource-store.ts";

export type NamespaceControllerDeps = { readonly clock: Clock; readonly kinds: readonly KindInfo[] };

const deletedAtOnce = 64;
/** What is left waits for others, who are not waited for. */
const lookMs = 500;

export function namespaceController({ clock, kinds: all }: NamespaceControllerDeps): Controller<Namespace> {
  const held = all.filter((kind) => kind.scope === "namespace" && kind.deletable && !kind.isView);
  return {
    name: "namespace-controller",
    kind: kinds.Namespace,
    writes: [
      { kind: kinds.Namespace, part: "status", mode: "exclusive" },
      ...held.map((kind) => ({ kind, part: "whole", mode: "shared" }) as const),
    ],
    finalizer: { name: "metal.neverland.dev/contents", isNeeded: () => true },
    begin: (store) => {
      const show = async (namespace: Namespace, phase: string): Promise<void> => {
        if (namespace.status?.phase === phase) return;
        await store.updateStatus(kinds.Namespace, { ...namespace, status: { ...namespace.status, phase } });
      };
      return {
        reconcile: async (namespace) => {
          await show(namespace, "Active");
          return {};
        },
        finalize: async (namespace, signal) => {
          const live = await store.get(kinds.Namespace, namespace.metadata);
          if (live?.metadata.uid === namespace.metadata.uid) await show(live as Namespace, "Terminating");
          const isEmpty = await empty(store, held, namespace.metadata.name, signal);
          return isEmpty ? {} : { wakeAtMs: clock.nowMs() + lookMs };
        },
      };
    },
  };
}

/** @returns Whether there was nothing left to delete. */
async function empty(
  store: ResourceStore,
  held: readonly KindInfo[],
  namespace: string,
  signal: AbortSignal,
): Promise<boolean> {
  const lists = await Promise.all(
    held.map(async (kind) => (await store.list(kind, { namespace })).items.map((object) => ({ kind, object }))),
  );
  const left = lists.flat();
  // What is to be taken back goes first: by what is beside it, it is taken back (a machine's permission to netboot).
  const waiting = left.filter(({ object }) => object.metadata.finalizers?.length);
  const next = (waiting.length > 0 ? waiting : left).filter(({ object }) => !object.metadata.deletionTimestamp);
  for (let from = 0; from < next.length && !signal.aborted; from += deletedAtOnce)
    await Promise.all(next.slice(from, from + deletedAtOnce).map(({ kind, object }) => remove(store, kind, object)));
  return left.length === 0;
}

async function remove(store: ResourceStore, kind: KindInfo, { metadata }: Resource): Promise<void> {
  try {
    await store.delete(kind, metadata, { uid: metadata.uid });
  } catch (error) {
    if (!(error instanceof StoreError) || !["not-found", "conflict"].includes(error.code)) throw error;
  }
}
