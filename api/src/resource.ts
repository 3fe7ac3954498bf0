// The shape that everything in the store has: Kubernetes' object conventions, so that kubectl and people know it.
import { z } from "zod";

export const ownerReferenceSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().nullish(),
  blockOwnerDeletion: z.boolean().nullish(),
});

/** One manager's share of an object's fields (server-side apply). */
export const managedFieldsEntrySchema = z.looseObject({
  manager: z.string().optional(),
  operation: z.string().optional(),
  apiVersion: z.string().optional(),
  time: z.string().optional(),
  fieldsType: z.string().optional(),
  fieldsV1: z.record(z.string(), z.unknown()).optional(),
  subresource: z.string().optional(),
});

export const objectMetaSchema = z.looseObject({
  name: z.string().optional(),
  generateName: z.string().optional(),
  namespace: z.string().optional(),
  uid: z.string().optional(),
  resourceVersion: z.string().optional(),
  generation: z.int().optional(),
  creationTimestamp: z.string().nullish(),
  deletionTimestamp: z.string().nullish(),
  deletionGracePeriodSeconds: z.int().nullish(),
  labels: z.record(z.string(), z.string()).nullish(),
  annotations: z.record(z.string(), z.string()).nullish(),
  finalizers: z.array(z.string()).nullish(),
  ownerReferences: z.array(ownerReferenceSchema).nullish(),
  managedFields: z.array(managedFieldsEntrySchema).nullish(),
  selfLink: z.string().optional(),
});

/** What of an object's metadata the server alone writes; its author never does. */
export const serverMetadata: readonly string[] = [
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "selfLink",
  "managedFields",
];

export type OwnerReference = z.infer<typeof ownerReferenceSchema>;
export type ManagedFieldsEntry = z.infer<typeof managedFieldsEntrySchema>;

/** Metadata as people and clients may write it: everything is optional but a name (or generateName). */
export type ObjectMetaInput = z.infer<typeof objectMetaSchema>;

/** Metadata as the store hands it out. `resourceVersion` is a decimal number that grows with every write to the store. */
export type ObjectMeta = ObjectMetaInput & {
  name: string;
  namespace: string;
  uid: string;
  resourceVersion: string;
  generation: number;
};

/** A resource of the store. `Spec` is what is wanted, `Status` what was seen; each half has one writer. */
export type Resource<Spec = unknown, Status = unknown> = {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: Spec;
  status?: Status;
};

/** Name within a namespace; with a kind, the identity of a resource. */
export type ResourceKey = { readonly namespace: string; readonly name: string };

/** `namespace/name`, as in the `workflow_id` of the worker protocol; `name` of what belongs to no namespace. */
export function formatKey({ namespace, name }: ResourceKey): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}

/** The reverse of {@link formatKey}, of a kind of this scope; `undefined` when `text` is not of that form. */
export function parseKey(text: string, scope: "namespace" | "cluster" = "namespace"): ResourceKey | undefined {
  const [namespace, name, ...rest] = scope === "cluster" ? ["", ...text.split("/")] : text.split("/");
  const isWhole = name && rest.length === 0 && (namespace || scope === "cluster");
  return isWhole ? { namespace: namespace ?? "", name } : undefined;
}
