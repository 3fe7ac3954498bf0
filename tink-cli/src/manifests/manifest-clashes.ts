// Objects of the same files that cannot both be: two of one name, or two that have what only one may have. Found before the first is sent.
import { fieldsAt, formatKey, type KindInfo, type ResourceKey } from "@neverland/api";
import type { ManifestFault } from "@neverland/api/manifest";
import { stepsOf } from "./field-steps.ts";
import type { ManifestObject } from "./manifest-files.ts";

/** At the later of two, with the place of the one before. @param namespace Of objects that name none. */
export function clashesIn(objects: readonly ManifestObject[], namespace: string): ManifestFault[] {
  const names = new Map<string, ManifestObject>();
  const values = new Map<string, { readonly owner: string; readonly place: ManifestFault }>();
  return objects.flatMap((object) => {
    const { kind, resource, source } = object;
    const { name } = resource.metadata;
    // The server gives it a name of its own.
    const key = { namespace: namespaceOf(object, namespace), name: name ?? "" };
    const id = `${kind.group}/${kind.kind} ${formatKey(key)}`;
    const before = name === undefined ? undefined : names.get(id);
    if (before !== undefined) {
      const first = placeOf(before.source.faultAt(["metadata", "name"], ""));
      const message = `${kind.kind} ${name} is described twice, first at ${first}: take one away, or give it another name`;
      return [source.faultAt(["metadata", "name"], message)];
    }
    if (name !== undefined) names.set(id, object);
    return uniqueValues(object, key).flatMap(({ claim, path, value }) => {
      const place = source.faultAt(path, "");
      const held = values.get(claim);
      if (held === undefined) values.set(claim, { owner: id, place });
      if (held === undefined || held.owner === id) return [];
      const owner = `${held.owner.slice(kind.group.length + 1)} at ${placeOf(held.place)}`;
      return [{ ...place, message: `${value} is what ${owner} has: no two may have it` }];
    });
  });
}

function namespaceOf({ kind, resource }: ManifestObject, namespace: string): string {
  return kind.scope === "cluster" ? "" : (resource.metadata.namespace ?? namespace);
}

function uniqueValues({ kind, resource }: ManifestObject, { namespace }: ResourceKey) {
  return kind.unique.flatMap(({ path, within }) =>
    fieldsAt(resource, path)
      .filter(({ value }) => value !== "")
      .map(({ field, value }) => ({
        claim: claimOf(kind, path, within === "namespace" ? namespace : "", String(value)),
        path: stepsOf(field),
        value: String(value),
      })),
  );
}

function claimOf({ group, kind }: KindInfo, path: string, namespace: string, value: string): string {
  return `${group}/${kind} ${path} ${namespace} ${value}`;
}

function placeOf({ file, line, column }: ManifestFault): string {
  return `${file}:${line}:${column}`;
}
