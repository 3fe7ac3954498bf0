// Makes the objects of a store's rows: each is looked at with its kind's schemas once, when the first reader asks or when it is settled.
import { apiVersionOf, formatKey, isObject, type KindInfo, type Resource, type ResourceKey } from "@neverland/api";
import { attachJson, freezeJson } from "../resource-json.ts";
import {
  findFault,
  lookAt,
  type ObjectFault,
  type StoredFault,
  setVerdict,
  unreadable,
  unreadableAnnotation,
  type Verdict,
} from "../stored-fault.ts";
import type { StoredRow } from "./store-backend.ts";
import { kindIdOf } from "./store-state.ts";

export type StoredObjectsDeps = {
  readonly kinds: readonly KindInfo[];
  readonly newUid: () => string;
  /** Told once of each object that no schema accepts. */
  readonly onFault: (fault: StoredFault) => void;
};

/** A row, or what one was before a change: then the version that counts is the one in the text. */
export type StoredText = Omit<StoredRow, "version"> & { readonly version?: number };

/** So much of a text that cannot be read is shown. */
const shownCharacters = 4096;

export class StoredObjects {
  /** One look for all objects of a kind, and one for all that stand in for those that cannot be read. */
  readonly #kinds: ReadonlyMap<
    string,
    { readonly kind: KindInfo; readonly look: Verdict; readonly isUnreadable: Verdict }
  >;
  readonly #newUid: () => string;

  constructor({ kinds, newUid, onFault }: StoredObjectsDeps) {
    const looksFor = (kind: KindInfo) => ({
      kind,
      look: lookFor(kind, onFault, findFault),
      isUnreadable: lookFor(kind, onFault, () => unreadable),
    });
    this.#kinds = new Map(kinds.map((kind) => [kindIdOf(kind), looksFor(kind)]));
    this.#newUid = newUid;
  }

  /**
   * The object of a row. One that is no object of this key is replaced by a stand-in of the right name, which can be looked at,
   * replaced and deleted as any other. Objects of kinds that this program does not know are not looked at.
   */
  read(row: StoredText): Resource {
    const { kind, look, isUnreadable } = this.#kinds.get(row.kindId) ?? {};
    const own = parsed(row);
    if (own === undefined) return setVerdict(this.#standIn(row, kind), isUnreadable ?? unreadable);
    const object = attachJson(own, saysWhatCounts(own, row, kind) ? row.json : JSON.stringify(own));
    return look === undefined ? object : setVerdict(object, look);
  }

  /** The object, looked at and frozen, as what is handed out must be. */
  settled(object: Resource): Resource {
    lookAt(object);
    return freezeJson(object);
  }

  #standIn({ json, key, kindId, version = 0 }: StoredText, kind: KindInfo | undefined): Resource {
    const annotations = { [unreadableAnnotation]: json.slice(0, shownCharacters) };
    const metadata = { ...key, uid: this.#newUid(), resourceVersion: String(version), generation: 1, annotations };
    const apiVersion = kind ? apiVersionOf(kind) : kindId.slice(kindId.indexOf(".") + 1);
    const object: Resource = { apiVersion, kind: kind?.kind ?? kindId, metadata };
    return attachJson(object, JSON.stringify(object));
  }
}

type FindFault = (object: Resource, kind: KindInfo) => ObjectFault | undefined;

function lookFor(kind: KindInfo, onFault: StoredObjectsDeps["onFault"], find: FindFault): Verdict {
  return (object) => {
    const fault = find(object, kind);
    freezeJson(setVerdict(object, fault ?? "sound"));
    if (fault) onFault({ kind: kind.kind, ...namesOf(object), message: sentence(object, kind, fault.wrong) });
    return fault;
  };
}

function namesOf({ metadata: { namespace, name } }: Resource) {
  return { namespace, name };
}

function sentence({ metadata }: Resource, kind: KindInfo, wrong: string): string {
  const { namespace, name } = metadata;
  const advice = `It is left out until it is mended: kubectl get ${kind.plural} -n ${namespace} ${name} -o yaml shows it, replace or delete it.`;
  return `${kind.kind} ${formatKey(metadata)} in the database is not acceptable: ${wrong}. ${advice}`;
}

/** `undefined` for what is no JSON, or no object of this key. */
function parsed({ value, json, key }: StoredText): Resource | undefined {
  if (isResourceAt(value, key)) return value;
  try {
    const object: unknown = JSON.parse(json);
    return isResourceAt(object, key) ? object : undefined;
  } catch {
    return undefined;
  }
}

function isResourceAt(value: unknown, key: ResourceKey): value is Resource {
  if (!isObject(value) || !isObject(value.metadata)) return false;
  const { name, namespace, uid } = value.metadata;
  return name === key.name && namespace === key.namespace && typeof uid === "string";
}

/**
 * Sees to it that the object says the version and the kind that count, which are its row's.
 * @returns Whether it said so.
 */
function saysWhatCounts(object: Resource, { version }: StoredText, kind: KindInfo | undefined): boolean {
  const said: unknown = object.metadata.resourceVersion;
  const resourceVersion = version === undefined && typeof said === "string" ? said : String(version ?? 0);
  const named = kind ? { apiVersion: apiVersionOf(kind), kind: kind.kind } : object;
  if (said === resourceVersion && object.apiVersion === named.apiVersion && object.kind === named.kind) return true;
  object.metadata.resourceVersion = resourceVersion;
  object.apiVersion = named.apiVersion;
  object.kind = named.kind;
  return false;
}
