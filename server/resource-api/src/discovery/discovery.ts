// What clients ask first: which groups, versions and resources there are.
import { apiVersionOf, type KindInfo } from "@neverland/api";
import { verbsOf } from "./verbs.ts";

/** `/api`: the core group, of which only what kubectl needs is there. */
export const coreVersions = { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] };

/** `/api/v1`. */
export function coreResources(kinds: readonly KindInfo[]) {
  const resources = kinds.filter((kind) => kind.group === "").flatMap(resourcesOf);
  return { kind: "APIResourceList", groupVersion: "v1", resources };
}

/** `/apis`. */
export function groupList(kinds: readonly KindInfo[]) {
  const groups = [...new Set(kinds.map((kind) => kind.group).filter((group) => group !== ""))].map((group) =>
    groupOf(kinds, group),
  );
  return { kind: "APIGroupList", apiVersion: "v1", groups };
}

/** `/apis/GROUP`. */
export function groupOf(kinds: readonly KindInfo[], group: string) {
  const names = new Set(kinds.filter((kind) => kind.group === group).map(apiVersionOf));
  const versions = [...names].map((groupVersion) => ({ groupVersion, version: groupVersion.slice(group.length + 1) }));
  if (versions.length === 0) return undefined;
  return { kind: "APIGroup", apiVersion: "v1", name: group, versions, preferredVersion: versions[0] };
}

/** `/apis/GROUP/VERSION`. */
export function resourceList(kinds: readonly KindInfo[], groupVersion: string) {
  const members = kinds.filter((kind) => apiVersionOf(kind) === groupVersion);
  if (members.length === 0) return undefined;
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources: members.flatMap(resourcesOf) };
}

function resourcesOf(info: KindInfo) {
  const { plural, singular, shortNames, categories, kind, scope, subresources } = info;
  const base = { namespaced: scope === "namespace", kind };
  const whole = { name: plural, singularName: singular, ...base, verbs: verbsOf(info), shortNames, categories };
  const beneath = subresources.map((name) => {
    return { name: `${plural}/${name}`, singularName: "", ...base, verbs: verbsOf(info, name) };
  });
  return [whole, ...beneath];
}
