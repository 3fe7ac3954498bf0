// Objects in the store that no schema accepts: named once, left out for typed readers, shown as they are to people who mend them.
import { accepts, apiVersionOf, formatKey, type KindInfo, type Resource, type ResourceKey } from "@neverland/api";
import type { z } from "zod";
import type { StoredRow } from "./engine/store-backend.ts";
import { attachJson } from "./resource-json.ts";

export type StoredFault = {
  /** The kind, or how the database names one that this program does not know. */
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** One sentence: what is wrong, and what to do. */
  readonly message: string;
};

const messages = new WeakMap<Resource, string>();
let foundCount = 0;

/** What is wrong with a stored object; `undefined` for nearly all of them. */
export function faultOf(resource: Resource): string | undefined {
  return messages.get(resource);
}

/** How many faults were found in this process: as long as it stays, nothing that was looked at has become faulty. */
export function faultsFound(): number {
  return foundCount;
}

/** An annotation of what stands in for an object whose text cannot be read: what was found. */
const unreadableAnnotation = "neverland.dev/unreadable";

/** Whether it stands in for an object that cannot be read: nothing is known of that but its name, its uid neither. */
export function isStandIn({ metadata }: Resource): boolean {
  return metadata.annotations?.[unreadableAnnotation] !== undefined;
}

/** So much of the text is shown. */
const shownCharacters = 4096;

/**
 * The object of a row. One that is no object of this key is replaced by a stand-in of the right name, which can be looked at,
 * replaced and deleted as any other.
 */
export function readRow(
  { json, value, key, kindId, version }: StoredRow,
  kind: KindInfo | undefined,
  uid: () => string,
): Resource {
  try {
    const object: unknown = isResourceAt(value, key) ? value : JSON.parse(json);
    if (isResourceAt(object, key)) return attachJson(object, json, "medium");
  } catch {
    // not JSON
  }
  const metadata = {
    ...key,
    uid: uid(),
    resourceVersion: String(version),
    generation: 1,
    annotations: { [unreadableAnnotation]: json.slice(0, shownCharacters) },
  };
  const apiVersion = kind ? apiVersionOf(kind) : kindId.slice(kindId.indexOf(".") + 1);
  const standIn: Resource = { apiVersion, kind: kind?.kind ?? kindId, metadata };
  setFault(standIn, "its text is not that of an object of this name");
  return attachJson(standIn, JSON.stringify(standIn), "medium");
}

function isResourceAt(value: unknown, key: ResourceKey): value is Resource {
  if (!isObject(value) || !isObject(value.metadata)) return false;
  const { name, namespace, uid, resourceVersion } = value.metadata;
  const isThere = name === key.name && namespace === key.namespace;
  return isThere && typeof uid === "string" && typeof resourceVersion === "string";
}

/** Looks at an object with the kind's schemas, once per version in a process; remembers only what is wrong. */
export function checkStored(resource: Resource, kind: KindInfo): StoredFault | undefined {
  const wrong = messages.get(resource) ?? whyRefused(resource, kind);
  if (wrong === undefined) return undefined;
  setFault(resource, wrong);
  const { namespace, name } = resource.metadata;
  const advice = `It is left out until it is mended: kubectl get ${kind.plural} -n ${namespace} ${name} -o yaml shows it, replace or delete it.`;
  const message = `${kind.kind} ${formatKey(resource.metadata)} in the database is not acceptable: ${wrong}. ${advice}`;
  return { kind: kind.kind, namespace, name, message };
}

function setFault(resource: Resource, wrong: string): void {
  if (!messages.has(resource)) foundCount += 1;
  messages.set(resource, wrong);
}

function whyRefused({ spec, status }: Resource, kind: KindInfo): string | undefined {
  const parts = [
    ["spec", spec, kind.spec],
    ["status", status, kind.status],
  ] as const;
  for (const [name, value, schema] of parts) {
    if (value === undefined || schema === undefined || accepts(schema, value)) continue;
    const { error } = schema.safeParse(value);
    if (error) return issuesText(name, error);
  }
  return undefined;
}

/** Paths and what is wrong there, without the values: they may be secret. */
function issuesText(part: string, error: z.ZodError): string {
  const texts = error.issues.map((issue) => `${[part, ...issue.path].join(".")} (${issue.code})`);
  return texts.slice(0, 3).join(", ");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
