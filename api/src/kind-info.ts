// What a kind says of itself, so that the machinery of store, API and command line names none; and what follows from it for any kind.
import type { z } from "zod";
import type { KindNames } from "./kind-names.ts";
import { formatKey, type ResourceKey } from "./resource-key.ts";
import type { ValueFault } from "./tinkerbell/hardware-faults.ts";

/** A column of `kubectl get`. `path` is a dotted path into the object, and may go through lists (`[]`); `wide` columns show with `-o wide` only. */
export type PrinterColumn = {
  readonly name: string;
  readonly type: "string" | "integer" | "date";
  readonly path: string;
  readonly wide?: boolean;
  /** The number of members at `path`, instead of the value. */
  readonly count?: boolean;
  /** What is shown in place of the value: the first of these that holds. */
  readonly instead?: readonly ShownInstead[];
  /** The same, where there is no value. */
  readonly ifEmpty?: readonly ShownInstead[];
  /** What is shown of several fields together, in place of the value; `""`: nothing. */
  readonly text?: (object: object) => string;
  /** A path in the MachineView of the same name: its value is shown where there is one, and otherwise the object's own. */
  readonly ofView?: string;
};

/** Holds where there is something at `path`, or `is`; without a path always. `ofUnusable`: only of what is stored and no schema accepts. */
export type ShownInstead = {
  readonly path?: string;
  readonly is?: string | boolean;
  readonly ofUnusable?: true;
  readonly shown: string;
};

/** Instead of a value of what is stored and no schema accepts. */
export const unusable = { ofUnusable: true, shown: "Unusable" } as const satisfies ShownInstead;

/** `status` is written apart from the rest; `log` is the output of actions, as text; `finalize` asks to let go of a namespace. */
export type Subresource = "status" | "log" | "finalize";

/**
 * A field of a record that names what it is about: an object of the record's namespace by its name, any by its whole key, or one that has
 * a MAC for its name, with dashes.
 */
export type RecordSubject = { readonly kind: string; readonly path: string; readonly by: "name" | "key" | "mac" };

export type UniqueField = {
  /** As an index's. */
  readonly path: string;
  /** `store`: over all namespaces, as machines share wires and agents share one door. */
  readonly within: "namespace" | "store";
};

/** A field of a protobuf message, by what it becomes in JSON. Bytes become base64, a `micro-time` a time with six digits of a second. */
export type ProtobufField =
  | {
      readonly name: string;
      readonly type: "flag" | "integer" | "text" | "texts" | "text-map" | "bytes-map" | "micro-time";
    }
  | { readonly name: string; readonly type: "message"; readonly fields: ProtobufFields };
export type ProtobufFields = { readonly [number: number]: ProtobufField };

/**
 * A field that names another object. `path` leads to its name, or to an object with `name` and, where it may be elsewhere, `namespace`; `*` as
 * a step goes through a list or a map.
 */
export type ReferenceField = {
  readonly path: string;
  /** Absent: the field says it itself, by `group` and `resource`. */
  readonly to?: KindNames;
  /** Where its namespace stands, when that is not beside its name. Without either it is the object's own. */
  readonly namespaceAt?: string;
};

export type KindInfo = KindNames & {
  /** What one is, in a sentence or two: for `kubectl explain`, `tink explain-field` and the page of fields. */
  readonly description: string;
  /** Made by the API of what other kinds have, and kept nowhere: it can be read, and not written. */
  readonly isView?: boolean;
  /** There is a MachineView of the same name for each of its objects. */
  readonly hasView?: boolean;
  /** Posted and answered at once, and kept nowhere: it can be created, and nothing else. */
  readonly isQuestion?: boolean;
  /** Its objects are the namespaces of all others: a name of one is a label of DNS, and they are not deleted many at a time. */
  readonly holdsOthers?: boolean;
  /** A record is appended, never changed. */
  readonly record: boolean;
  /** Of one object's JSON, without its status and the owners of its fields, where that is bounded: many are kept, and a log has room for each. */
  readonly mostBytes?: number;
  /**
   * Whether a PUT may leave out the version that it read, and takes the place of whatever is there: of most of Kubernetes'
   * core group it may (its `AllowUnconditionalUpdate`), of custom resources never.
   */
  readonly unconditionalUpdate?: boolean;
  /** Whether who may write may delete: what is kept as a log goes by its age alone. */
  readonly deletable: boolean;
  /** What its status says from the moment that it is marked as on its way out, without waiting for a controller. */
  readonly statusInDeletion?: { readonly [member: string]: unknown };
  /** What of an object has a path of its own beneath it. */
  readonly subresources: readonly Subresource[];
  readonly spec?: z.ZodType;
  readonly status?: z.ZodType;
  /** What stands beside metadata in objects of kinds without a spec, by name. */
  readonly members?: { readonly [name: string]: z.ZodType };
  /** Fields, by number, of kinds that Kubernetes' clients send as protobuf; `metadata` is always the first. */
  readonly protobuf?: ProtobufFields;
  /** Turns the shorter forms that people may write into the one that is kept. */
  readonly prepare?: (object: { readonly [member: string]: unknown }) => { readonly [member: string]: unknown };
  readonly columns: readonly PrinterColumn[];
  /**
   * Dotted paths of the fields that objects are looked up by: a list with such a field selector costs what it finds, not
   * what there is. `[]` after a step goes through a list: `spec.interfaces[].dhcp.mac`.
   */
  readonly indexes: readonly string[];
  /** Fields of which no two objects have the same value. Each must be among the indexes, which the check asks. */
  readonly unique: readonly UniqueField[];
  /** Paths, as an index's, of what only the holder of a token is to see: no log, event, error or `describe` shows it. */
  readonly sensitive: readonly string[];
  /** Fields that never change once they are written, and those that do not while the object says so itself. */
  readonly immutable?: {
    readonly always: readonly string[];
    readonly whileSet: { readonly flag: string; readonly fields: readonly string[] };
  };
  /**
   * Labels by which somebody else's controller says whose the object is: one that is set goes before another takes its place. Such controllers
   * patch without the version that they read, so two of them would else both believe that they have it.
   */
  readonly claims?: readonly string[];
  /** Of a record: what it is about, the nearest first. Each path must be among the indexes. */
  readonly about?: readonly RecordSubject[];
  /** Paths, as an index's, of what machines are told as one line, so that control characters in it are left out. */
  readonly lines?: readonly string[];
  /** What else of an object, or of a part of one, is not used as it stands: a sentence each, without its full stop. */
  readonly doubts?: (object: object) => string[];
  /** What of an object is of no use, though its schemas take it: refused where it is written, and left where it is stored already. */
  readonly faults?: (object: object) => ValueFault[];
  /** Fields that name other objects, which have to be there before the object is of any use. */
  readonly references?: readonly ReferenceField[];
  /** When a deletion waits for the object's controller, which lets it go by taking the finalizer off. */
  readonly heldInDeletion?: HeldInDeletion;
  /** When objects have had their day; without it they stay until somebody deletes them. */
  readonly retention?: Retention;
};

/**
 * The finalizer is put on an object that is deleted while its own field, or that of an object of kind `user.kind` which names it at `path` (one of that
 * kind's indexes, within the namespace), has one of these values. It costs a write at that moment alone.
 *
 * Where records say it first, a record that names the uid of the one with the field says it as well, as long as the field has one of `before`.
 */
export type HeldInDeletion = {
  readonly finalizer: string;
  readonly user?: { readonly kind: string; readonly path: string };
  readonly field: string;
  readonly values: readonly string[];
  /** @property path One of the record kind's indexes. */
  readonly records: { readonly kind: string; readonly path: string; readonly before: readonly string[] };
};

/** An index that every kind has beside its own: who is owned by an object, by its uid. */
export const ownersIndex = "metadata.ownerReferences[].uid";

/** Objects whose `field`, one of the indexes, has one of `values` are over since the RFC 3339 time at `since`. Both are dotted paths. */
export type Retention = { readonly field: string; readonly values: readonly string[]; readonly since: string };

type PartSchema = readonly [name: string, schema: z.ZodType];

const schemasOfContent = new WeakMap<KindInfo, readonly PartSchema[]>();
const schemasOfParts = new WeakMap<KindInfo, readonly PartSchema[]>();

/** What of an object its author writes, but for metadata. Made once, since every object is looked at by them. */
export function contentSchemas(kind: KindInfo): readonly PartSchema[] {
  const { spec, members = {} } = kind;
  return schemasOfContent.getOrInsertComputed(kind, () => [
    ...(spec ? [["spec", spec] as const] : []),
    ...Object.entries(members),
  ]);
}

/** Every part of an object but metadata, its status among them. */
export function partSchemas(kind: KindInfo): readonly PartSchema[] {
  return schemasOfParts.getOrInsertComputed(kind, () => [
    ...contentSchemas(kind),
    ...(kind.status === undefined ? [] : [["status", kind.status] as const]),
  ]);
}

/** How a record says that it is about the object. */
export function nameIn({ by }: RecordSubject, key: ResourceKey): string {
  switch (by) {
    case "key":
      return formatKey(key);
    case "mac":
      return key.name.replaceAll("-", ":");
    case "name":
      return key.name;
  }
}

/** As what a record is about an object of this kind and name, if it is. */
export function subjectAmong(about: readonly RecordSubject[], kind: string, name: string): RecordSubject | undefined {
  const isMac = /^([0-9a-f]{2}-){5}[0-9a-f]{2}$/.test(name);
  return about.find((each) => each.kind === kind && (each.by !== "mac" || isMac));
}
