// What the holder of the token may do: all that discovery lists, and nothing else.
import { type KindInfo, qualifiedName } from "@neverland/api";
import { type Verb, verbsOf } from "../discovery/verbs.ts";
import type { AccessSpec } from "./review-kinds.ts";

/** What is served beside the kinds; all of it is read. */
export const pathsBesideKinds = [
  ...["/", "/api", "/api/*", "/apis", "/apis/*", "/healthz", "/healthz/*", "/livez", "/livez/*"],
  ...["/openapi/*", "/readyz", "/readyz/*", "/version", "/version/"],
];

type Listed = { readonly kind: KindInfo; readonly resource: string; readonly verbs: readonly Verb[] };

/** @returns Why not; `undefined` when it may. Of what is not asked for, and of `*`, anything is enough. */
export function whyNot(kinds: Iterable<KindInfo>, spec: AccessSpec): string | undefined {
  const { resourceAttributes, nonResourceAttributes } = spec;
  if (resourceAttributes) return whyNotResource(kinds, resourceAttributes);
  const { path, verb } = nonResourceAttributes ?? {};
  if (!pathsBesideKinds.some((known) => covers(known, path ?? ""))) return `nothing is served at ${path}`;
  return isAny(verb) || verb === "get" || verb === "head" ? undefined : `${path} can be read, and nothing else`;
}

function whyNotResource(
  kinds: Iterable<KindInfo>,
  { group, version, resource, subresource, verb }: NonNullable<AccessSpec["resourceAttributes"]>,
): string | undefined {
  const isOf = (kind: KindInfo): boolean =>
    (group === "*" || (group ?? "") === kind.group) && (isAny(version) || version === kind.version);
  const wanted = subresource ? `${resource}/${subresource}` : (resource ?? "");
  const found = listedOf(kinds).filter(
    (listed) => isOf(listed.kind) && (isAny(resource) || listed.resource === wanted),
  );
  const [first] = found;
  const name = qualifiedName({ group: group ?? "" }, wanted);
  if (first === undefined) return `there is no resource ${name} here; discovery lists those that there are`;
  if (isAny(verb) || found.some(({ verbs }) => verbs.some((known) => known === verb))) return undefined;
  return isAny(resource)
    ? `no resource here knows the verb ${verb}`
    : `${name} knows ${first.verbs.join(", ")}, and not ${verb}`;
}

/** A rule for each kind and each of what is beneath it. */
export function rulesOf(kinds: Iterable<KindInfo>) {
  const resourceRules = listedOf(kinds).map(({ kind, resource, verbs }) => {
    return { verbs, apiGroups: [kind.group], resources: [resource] };
  });
  const nonResourceRules = [{ verbs: ["get"], nonResourceURLs: pathsBesideKinds }];
  return { resourceRules, nonResourceRules, incomplete: false };
}

function listedOf(kinds: Iterable<KindInfo>): Listed[] {
  return Array.from(kinds).flatMap((kind) => [
    { kind, resource: kind.plural, verbs: verbsOf(kind) },
    ...kind.subresources.map((name) => ({ kind, resource: `${kind.plural}/${name}`, verbs: verbsOf(kind, name) })),
  ]);
}

function covers(known: string, path: string): boolean {
  return path === "*" || known === path || (known.endsWith("/*") && path.startsWith(known.slice(0, -1)));
}

function isAny(value: string | null | undefined): boolean {
  return value === undefined || value === null || value === "" || value === "*";
}
