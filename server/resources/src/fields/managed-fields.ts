// Who owns which field (server-side apply): what an apply or an update makes of the object and of its managedFields.
import { isDeepStrictEqual } from "node:util";
import {
  counted,
  isObject,
  isTime,
  type JsonObject,
  type ManagedFieldsEntry,
  member,
  serverMetadata,
} from "@neverland/api";
import { withMember } from "../json.ts";
import { ResourceError } from "../resource-error.ts";
import { mergeApplied, removeFields, unowned, withoutNulls } from "./apply-merge.ts";
import { fieldChanges } from "./field-changes.ts";
import {
  describePath,
  difference,
  type FieldSet,
  fieldsOfObject,
  intersection,
  pathsOf,
  readFields,
  union,
} from "./field-set.ts";

export type Writer = {
  readonly manager: string;
  readonly apiVersion: string;
  /** `status` when that half is written; the other half is then out of reach. */
  readonly subresource?: "status";
  /** RFC 3339. */
  readonly time: string;
};
/** As an object has it, where others may have written it and everything is optional. */
type Owner = Partial<Omit<Writer, "subresource">> & Pick<Writer, "subresource">;
type Entry = { readonly writer: Owner; readonly operation: "Apply" | "Update"; readonly fields: FieldSet };

/** Owners of nothing that anybody wrote: the server fills these in, or they name the object. */
const unownedMetadata = new Set(["name", "namespace", "generateName", ...serverMetadata]);

/**
 * Server-side apply: `live` with what `applied` says, without what this manager applied before and does no more.
 * @param live `undefined` when the object is to be created.
 * @throws {ResourceError} `owned` when another manager owns a field that would change, unless `force`.
 */
export function applyFields(
  live: JsonObject | undefined,
  applied: JsonObject,
  writer: Writer,
  force: boolean,
): JsonObject {
  const said = withoutNulls(reach(applied, writer));
  const saidFields = fieldsOfObject(said);
  const entries = live ? entriesOf(live, writer) : [];
  const mine = entries.find((entry) => isSame(entry, writer, "Apply"));
  const others = entries.filter((entry) => entry !== mine);
  const merged = mergeApplied(live ?? {}, said);
  const { changed, removed } = fieldChanges(reach(live ?? {}, writer), reach(merged, writer));
  const taken = union(changed, removed);
  if (!force) refuseConflicts(others, taken);
  const owners = [saidFields, ...others.map(({ fields }) => fields)].filter((fields) => fields !== undefined);
  const dropped = unowned(mine?.fields, owners);
  const pruned = dropped === undefined ? merged : removeFields(merged, dropped, owners);
  const left = others.map((entry) => ({ ...entry, fields: difference(entry.fields, taken) }));
  return settle(live, asObject(pruned), [...left, { writer, operation: "Apply", fields: saidFields }]);
}

/**
 * An ordinary write: what it changed is its manager's from now on, and no other's.
 * When `wanted` brings managedFields of its own, those are gone out from; an empty entry alone forgets all owners.
 */
export function updateFields(live: JsonObject | undefined, wanted: JsonObject, writer: Writer): JsonObject {
  const base = member(member(wanted, "metadata"), "managedFields") === undefined ? live : wanted;
  const entries = base ? entriesOf(base) : [];
  const { changed, removed } = fieldChanges(live && reach(live, writer), reach(wanted, writer));
  // Of something new nobody owned anything.
  if (entries.length === 0 && live === undefined)
    return settle(live, wanted, [{ writer, operation: "Update", fields: changed }]);
  const mine = entries.find((entry) => isSame(entry, writer, "Update"));
  const others = entries.filter((entry) => entry !== mine);
  const without = (fields: FieldSet) => difference(difference(fields, changed), removed);
  const left = others.map((entry) => ({ ...entry, fields: without(entry.fields) }));
  const fields = difference(union(mine?.fields, changed), removed);
  const unchanged = mine !== undefined && changed === undefined && isDeepStrictEqual(fields, mine.fields);
  const own: Entry = { writer: unchanged ? mine.writer : writer, operation: "Update", fields };
  return settle(live, wanted, [...left, own]);
}

/** The object as its author wrote it: a record, which never changes, has no owners. */
export function withoutOwners(object: JsonObject): JsonObject {
  const metadata = member(object, "metadata");
  if (!isObject(metadata) || !Object.hasOwn(metadata, "managedFields")) return object;
  return withMember(object, "metadata", withMember(metadata, "managedFields", undefined));
}

/** The part of an object that the writer's request is about. */
function reach(object: unknown, { subresource }: Writer): JsonObject {
  if (!isObject(object)) return {};
  const status = member(object, "status");
  if (subresource === "status") return status === undefined ? {} : { status };
  const { apiVersion: _, kind: __, status: ___, metadata, ...content } = object;
  if (!isObject(metadata)) return content;
  const owned = Object.entries(metadata).filter(([name]) => !unownedMetadata.has(name));
  return owned.length === 0 ? content : { ...content, metadata: Object.fromEntries(owned) };
}

function refuseConflicts(others: readonly Entry[], taken: FieldSet): void {
  const faults = others.flatMap(({ writer, fields }) =>
    pathsOf(intersection(fields, taken)).map((path) => ({
      reason: "FieldManagerConflict",
      message: `conflict with "${writer.manager ?? ""}"${writer.subresource ? ` with subresource "status"` : ""} using ${writer.apiVersion ?? ""}`,
      field: describePath(path),
    })),
  );
  if (faults.length === 0) return;
  const count = counted(faults.length, "conflict");
  const texts = faults.map((fault) => `${fault.message}: ${fault.field}`);
  throw new ResourceError("owned", `Apply failed with ${count}: ${texts.join("; ")}`, { faults });
}

function isSame(entry: Entry, writer: Writer, operation: Entry["operation"]): boolean {
  return idOf(entry) === idOf({ writer, operation });
}

function idOf({ writer, operation }: Pick<Entry, "writer" | "operation">): string {
  return JSON.stringify([writer.manager, operation, writer.apiVersion, writer.subresource]);
}

/** The owners as the object has them. For an apply to an object without any, all fields belong to who wrote it before. */
function entriesOf(object: JsonObject, writer?: Writer): Entry[] {
  const listed = member(member(object, "metadata"), "managedFields");
  const entries = (Array.isArray(listed) ? listed : []).flatMap(toEntry);
  if (entries.length > 0 || !writer) return entries;
  const fields = fieldsOfObject(reach(object, writer));
  return [{ writer: { ...writer, manager: "before-first-apply" }, operation: "Update", fields }];
}

/** What is not there stays so, and a time that is none counts as that: Go's clients could not read the object, nor a list with it. */
function toEntry(entry: unknown): Entry[] {
  const operation = member(entry, "operation");
  if (operation !== "Apply" && operation !== "Update") return [];
  const text = (key: "manager" | "apiVersion" | "time"): Owner => {
    const value = member(entry, key);
    const isOne = typeof value === "string" && value !== "" && (key !== "time" || isTime(value));
    return isOne ? { [key]: value } : {};
  };
  const subresource = member(entry, "subresource") === "status" ? { subresource: "status" as const } : {};
  const writer = { ...text("manager"), ...text("apiVersion"), ...text("time"), ...subresource };
  return [{ writer, operation, fields: readFields(member(entry, "fieldsV1")) }];
}

/** The object with its owners; when nothing but times would differ, `live` as it is, so that nothing is written. */
function settle(live: JsonObject | undefined, object: JsonObject, entries: readonly Entry[]): JsonObject {
  const owning = entries.filter((entry) => entry.fields !== undefined);
  const metadata = member(object, "metadata");
  const managedFields = owning.map(fromEntry);
  const next = withMember(object, "metadata", { ...(isObject(metadata) ? metadata : {}), managedFields });
  if (!live || !isSameOwners(live, owning)) return next;
  return isDeepStrictEqual(withoutOwners(live), withoutOwners(next)) ? live : next;
}

function isSameOwners(live: JsonObject, owning: readonly Entry[]): boolean {
  const before = new Map(entriesOf(live).map((entry) => [idOf(entry), entry.fields]));
  if (before.size !== owning.length) return false;
  return owning.every((entry) => isDeepStrictEqual(before.get(idOf(entry)), entry.fields));
}

function fromEntry({ writer, operation, fields }: Entry): ManagedFieldsEntry {
  const { manager, apiVersion, time, subresource } = writer;
  return {
    ...(manager !== undefined && { manager }),
    operation,
    ...(apiVersion !== undefined && { apiVersion }),
    ...(time !== undefined && { time }),
    fieldsType: "FieldsV1",
    fieldsV1: fields ?? {},
    ...(subresource && { subresource }),
  };
}

function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
