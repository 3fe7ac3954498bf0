// Deletes what is in a namespace that is deleted; the namespace goes with the last of it, as in Kubernetes.
import { type KindInfo, kinds, type Namespace } from "@neverland/api";
import type { Controller } from "@neverland/controller-kit/controller.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { NamespaceContents } from "./namespace-contents.ts";

export type NamespaceControllerDeps = { readonly clock: Clock; readonly kinds: readonly KindInfo[] };

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
      const contents = new NamespaceContents(store, held);
      return {
        reconcile: async (namespace) => {
          await show(namespace, "Active");
          return {};
        },
        finalize: async (namespace, signal) => {
          const live = await store.get(kinds.Namespace, namespace.metadata);
          if (live?.metadata.uid === namespace.metadata.uid) await show(live as Namespace, "Terminating");
          const isEmpty = await contents.delete(namespace.metadata.name, signal);
          return isEmpty ? {} : { wakeAtMs: clock.nowMs() + lookMs };
        },
      };
    },
  };
}
