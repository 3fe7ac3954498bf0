// Namespace (core/v1): what the names of all other objects are of. Kubernetes' own kind, since programs make, label and delete them.
import { z } from "zod";
import type { Resource } from "../resource.ts";

export const namespaceSpecSchema = z.looseObject({
  finalizers: z
    .array(z.string())
    .nullish()
    .describe("Who is to look after its contents before it goes: always kubernetes."),
});
export const namespaceStatusSchema = z.looseObject({
  phase: z.string().nullish().describe("Active, or Terminating from the moment that it is deleted."),
});

export type Namespace = Resource<z.infer<typeof namespaceSpecSchema>, z.infer<typeof namespaceStatusSchema>>;

type Content = { readonly [member: string]: unknown };

/** With what every one has in Kubernetes, and programs look for: the label to select it by, and a phase. */
export function prepareNamespace(object: Content): Content {
  const metadata = membersOf(object.metadata);
  const labels = { ...membersOf(metadata.labels), "kubernetes.io/metadata.name": metadata.name };
  return {
    ...object,
    ...(metadata.name !== undefined && { metadata: { ...metadata, labels } }),
    spec: { ...membersOf(object.spec), finalizers: ["kubernetes"] },
    status: { phase: "Active", ...membersOf(object.status) },
  };
}

function membersOf(value: unknown): Content {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
