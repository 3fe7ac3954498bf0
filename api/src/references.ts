// Which other objects an object names: found by what its kind says, so that a name of nothing is told where it is typed.
import { nearestName } from "@neverland/yaml";
import { formatPath } from "./field-path.ts";
import { isObject, member } from "./json-value.ts";
import type { KindInfo } from "./kind-info.ts";
import { kindOf, kinds } from "./kinds.ts";
import { formatKey, type ResourceKey } from "./resource-key.ts";

export type NamedObject = {
  readonly path: readonly PropertyKey[];
  readonly kind: KindInfo;
  readonly key: ResourceKey;
};

/** Where objects are looked for: a server's, and those that are about to be written. */
export type ObjectLookup = {
  get(kind: KindInfo, key: ResourceKey): Promise<object | undefined>;
  /** For the nearest one: of very many some. */
  names(kind: KindInfo, namespace: string): Promise<readonly string[]>;
};

export type MachineLookup = ObjectLookup & {
  /** The Hardware that is known by this MAC, or its worker by this name. */
  machineOf(worker: string): Promise<object | undefined>;
};

/** How many are asked for: of a hall of machines no one is found by a slip of the pen, and all others wait while names are compared. */
export const mostNames = 200;
/** What a worker is known by: indexes of Hardware. */
export const machineFields = ["spec.interfaces[].dhcp.mac", "spec.agentID"] as const;

/** What is said of an object's field. `path` leads to the field, or is empty: of the whole object. */
export type Finding = { readonly path: readonly PropertyKey[]; readonly message: string };

/** Of an object. Each costs a look-up, and an object has room for thousands. */
const mostReferences = 32;
/** In characters. What is longer is looked up, and nothing near it is looked for. */
const longestNear = 64;

/** In the order in which the kind names its fields; names that are empty are none. @param namespace Where the object is, or goes. */
export function referencesOf(kind: KindInfo, object: object, namespace: string): NamedObject[] {
  const found = (kind.references ?? []).flatMap(({ path, to, namespaceAt }) =>
    valuesAt(object, path).flatMap(({ path: at, value }) => {
      const isNameAlone = typeof value === "string";
      const name = isNameAlone ? value : member(value, "name");
      const named = to === undefined ? kindBy(value) : isOtherKind(value, to.kind) ? undefined : kindOf(to);
      if (typeof name !== "string" || name === "" || named === undefined) return [];
      const said = isNameAlone ? namespaceAt && valuesAt(object, namespaceAt)[0]?.value : member(value, "namespace");
      const place = typeof said === "string" && said !== "" ? said : namespace;
      return [{ path: isNameAlone ? at : [...at, "name"], kind: named, key: { namespace: place, name } }];
    }),
  );
  return found.slice(0, mostReferences);
}

/** A sentence for each name of nothing. What is named may come later: it is never a reason to refuse. */
export async function missingReferences(
  kind: KindInfo,
  object: object,
  namespace: string,
  lookup: ObjectLookup,
): Promise<Finding[]> {
  const missing: Finding[] = [];
  for (const { path, kind: named, key } of referencesOf(kind, object, namespace)) {
    if ((await lookup.get(named, key)) !== undefined) continue;
    const { name } = key;
    const near = name.length > longestNear ? [] : await lookup.names(named, key.namespace);
    const meant = nearestName(
      name,
      near.filter(({ length }) => length <= longestNear),
    );
    const hint = meant === undefined ? "apply it, or change this" : `did you mean ${meant}?`;
    missing.push({ path, message: `there is no ${named.kind} ${formatKey(key)} yet; ${hint}` });
  }
  return missing;
}

/** `spec.templateRef: there is no Template default/debain yet; did you mean debian?`. */
export function formatFinding({ path, message }: Finding): string {
  return path.length === 0 ? message : `${formatPath(path)}: ${message}`;
}

type FoundValue = { readonly path: readonly PropertyKey[]; readonly value: unknown };

/** As `fieldsAt`, and `*` goes through a list or the members of an object. */
function valuesAt(object: object, path: string): FoundValue[] {
  return path.split(".").reduce<FoundValue[]>(
    (found, step) =>
      found.flatMap(({ path: at, value }) =>
        membersOf(value, step)
          .slice(0, mostReferences)
          .map(([name, inner]) => ({ path: [...at, name], value: inner })),
      ),
    [{ path: [], value: object }],
  );
}

function membersOf(value: unknown, step: string): (readonly [PropertyKey, unknown])[] {
  if (step !== "*") return isObject(value) && Object.hasOwn(value, step) ? [[step, value[step]]] : [];
  if (Array.isArray(value)) return value.map((item, at) => [at, item] as const);
  return isObject(value) ? Object.entries(value) : [];
}

/** What names another kind than the one that is meant is told of by its own field. */
function isOtherKind(value: unknown, kind: string): boolean {
  const said = member(value, "kind");
  return typeof said === "string" && said !== kind;
}

/** Of a reference that says itself what it leads to. What this server does not have cannot be looked for. */
function kindBy(value: unknown): KindInfo | undefined {
  const group = member(value, "group") ?? "";
  const resource = member(value, "resource");
  return Object.values<KindInfo>(kinds).find((each) => each.group === group && each.plural === resource);
}
