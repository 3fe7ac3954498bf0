// Kubernetes' Table: rows with the server's own columns, as `kubectl get` prints them.
import type { Resource } from "../resource.ts";

/** `priority` above 0 is for wide output. `object` carries at least the metadata. */
export type ResourceTable = {
  /** Of the list, or of the one object. */
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly columnDefinitions: readonly { readonly name: string; readonly priority?: number }[];
  readonly rows: readonly { readonly cells: readonly unknown[]; readonly object?: Pick<Resource, "metadata"> }[];
};

export const tableMediaType = "application/json;as=Table;v=v1;g=meta.k8s.io";
