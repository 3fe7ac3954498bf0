// The shape that everything in the store has: Kubernetes' object conventions, so that kubectl and people know it.
import { z } from "zod";

export const ownerReferenceSchema = z.looseObject({
  apiVersion: z.string().describe("The group and version of the owner's kind."),
  kind: z.string().describe("The owner's kind."),
  name: z.string().describe("The owner's name, in the same namespace."),
  uid: z.string().describe("The owner's uid: a later one of the same name is another one."),
  controller: z.boolean().nullish().describe("Whether the owner manages the object; one owner may."),
  blockOwnerDeletion: z
    .boolean()
    .nullish()
    .describe("Whether the owner stays until the object is gone, where it is deleted in the foreground."),
});

/** One manager's share of an object's fields (server-side apply). */
export const managedFieldsEntrySchema = z.looseObject({
  manager: z.string().optional().describe("Who set them, such as tink or kubectl."),
  operation: z.string().optional().describe("Apply or Update."),
  apiVersion: z.string().optional().describe("The version of the kind that they were set by."),
  time: z.string().optional().describe("When they were set last."),
  fieldsType: z.string().optional().describe("FieldsV1."),
  fieldsV1: z.record(z.string(), z.unknown()).optional().describe("The fields, as a tree of their names."),
  subresource: z.string().optional().describe("Of what they are, such as status; empty is the object itself."),
});

export const objectMetaSchema = z.looseObject({
  name: z.string().optional().describe("Unique within the namespace and kind; cannot be changed."),
  generateName: z.string().optional().describe("The start of a name that the server completes."),
  namespace: z.string().optional().describe("The namespace that the name is of; cannot be changed. Default: default."),
  uid: z.string().optional().describe("What tells the object from one that had its name before. The server sets it."),
  resourceVersion: z
    .string()
    .optional()
    .describe("Grows with every write. A write that names another one than there is now is a conflict."),
  generation: z.int().optional().describe("How often spec was changed, from 1. The server sets it."),
  creationTimestamp: z.string().nullish().describe("When it was made. The server sets it."),
  deletionTimestamp: z
    .string()
    .nullish()
    .describe("When it was deleted; it is there until its finalizers are gone. The server sets it."),
  deletionGracePeriodSeconds: z
    .int()
    .nullish()
    .describe("Seconds that it has left once it is deleted; 0 here. The server sets it."),
  labels: z.record(z.string(), z.string()).nullish().describe("Short texts by name, to select objects by."),
  annotations: z.record(z.string(), z.string()).nullish().describe("Texts by name, for programs and people."),
  finalizers: z
    .array(z.string())
    .nullish()
    .describe("Who has something to do before the object may go; each takes its own entry away."),
  ownerReferences: z
    .array(ownerReferenceSchema)
    .nullish()
    .describe("What the object belongs to: it is deleted when all of them are gone."),
  managedFields: z
    .array(managedFieldsEntrySchema)
    .nullish()
    .describe("Who set which field, for server-side apply. The server sets it."),
  selfLink: z.string().optional().describe("The object's path, in older versions of Kubernetes. Always empty."),
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
