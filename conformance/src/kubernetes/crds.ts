// Our kinds as CustomResourceDefinitions, of the schemas that our server tells: what a cluster would be given.
import type { KindInfo } from "@neverland/api";

type Json = { readonly [name: string]: unknown };

/** @param schema The kind's definition in our OpenAPI document of version 3. */
export function crdOf(kind: KindInfo, schema: Json): Json {
  const { properties } = schema as { readonly properties: Json };
  const names = {
    plural: kind.plural,
    singular: kind.singular,
    kind: kind.kind,
    listKind: `${kind.kind}List`,
    shortNames: kind.shortNames,
    categories: kind.categories,
  };
  const version = {
    name: kind.version,
    served: true,
    storage: true,
    subresources: { status: {} },
    schema: { openAPIV3Schema: { type: "object", properties: { ...properties, metadata: { type: "object" } } } },
  };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${kind.plural}.${kind.group}` },
    spec: { group: kind.group, scope: "Namespaced", names, versions: [version] },
  };
}
