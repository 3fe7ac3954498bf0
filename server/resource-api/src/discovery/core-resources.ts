// Namespaces as Kubernetes' core group has them: they need no making here.
import { createHash } from "node:crypto";
import type { ApiContext } from "../api-context.ts";

/** `default`, and every namespace that holds something. */
export async function listNamespaces(context: ApiContext) {
  const { kinds: all, store } = context;
  const holders = [...all.values()].filter((kind) => !kind.record && kind.scope === "namespace");
  const used = await Promise.all(holders.map((kind) => store.namespaces(kind)));
  const names = [...new Set(["default", ...used.flat()])].toSorted();
  const [first] = holders;
  const { resourceVersion } = first ? await store.list(first, { limit: 1 }) : { resourceVersion: "0" };
  return { kind: "NamespaceList", apiVersion: "v1", metadata: { resourceVersion }, items: names.map(namespaceOf) };
}

/** Any name is a namespace: it begins with its first object. */
export function namespaceOf(name: string) {
  const hash = createHash("sha256").update(name).digest("hex");
  const uid = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-${hash.slice(12, 16)}-${hash.slice(16, 20)}-${hash.slice(20, 32)}`;
  return {
    kind: "Namespace",
    apiVersion: "v1",
    metadata: { name, uid, resourceVersion: "1", creationTimestamp: null },
    spec: { finalizers: [] },
    status: { phase: "Active" },
  };
}
