// Who owns which field (server-side apply): what an apply or an update makes of the object and of its managedFields.
import { isDeepStrictEqual } from "node:util";
import { type ManagedFieldsEntry, serverMetadata } from "@neverland/api";
import { isObject, type JsonObject, member, withMember } from "../json.ts";
import { ResourceError } from "../resource-error.ts";
import { mergeApplied, removeField, withoutNulls } from "./apply-merge.ts";
import { describePath, type FieldSet, fromFieldsV1, leavesOf, ownsAtOrBelow, toFieldsV1 } from "./field-set.ts";

export type Writer = {
  readonly manager: string;
  readonly apiVersion: string;
  /** `status` when that half is written; the other half is then out of reach. */
  readonly subresource?: "status";
  /** RFC 3339. */
  readonly time: string;
};

type Entry = { readonly writer: Writer; readonly operation: "Apply" | "Update"; readonly fields: FieldSet };

/** Owners of nothing that anybody wrote: the server fills these in, or they name the object. */
const unowned = ["name", "namespace", "generateName", ...serverMetadata];

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
  const saidFields = new Set(
    leavesOf(said)
      .keys()
      .filter((path) => path !== "[]"),
  );
  const entries = live ? entriesOf(live, writer) : [];
  const mine = entries.find((entry) => isSame(entry, writer, "Apply"));
  const others = entries.filter((entry) => entry !== mine);
  const merged = mergeApplied(live ?? {}, said);
  const { changed, removed } = diff(reach(live ?? {}, writer), reach(merged, writer));
  const taken = changed.union(removed);
  if (!force) refuseConflicts(others, taken);
  const dropped = [...(mine?.fields ?? [])].filter(
    (path) => !ownsAtOrBelow(saidFields, path) && !others.some((other) => ownsAtOrBelow(other.fields, path)),
  );
  const isOwned = (path: string) => saidFields.has(path) || others.some((other) => other.fields.has(path));
  const pruned = dropped.reduce<unknown>((object, path) => removeField(object, JSON.parse(path), isOwned), merged);
  const left = others.map((entry) => ({ ...entry, fields: entry.fields.difference(taken) }));
  return settle(live, asObject(pruned), [...left, { writer, operation: "Apply", fields: saidFields }]);
}

/**
 * An ordinary write: what it changed is its manager's from now on, and no other's.
 * When `wanted` brings managedFields of its own, those are gone out from; an empty entry alone forgets all owners.
 */
export function updateFields(live: JsonObject | undefined, wanted: JsonObject, writer: Writer): JsonObject {
  const base = member(member(wanted, "metadata"), "managedFields") === undefined ? live : wanted;
  const entries = base ? entriesOf(base) : [];
  const { changed, removed } = diff(reach(live ?? {}, writer), reach(wanted, writer));
  const mine = entries.find((entry) => isSame(entry, writer, "Update"));
  const others = entries.filter((entry) => entry !== mine);
  const left = others.map((entry) => ({ ...entry, fields: entry.fields.difference(changed).difference(removed) }));
  const fields = (mine?.fields ?? new Set<string>()).union(changed).difference(removed);
  const unchanged = mine !== undefined && isDeepStrictEqual(fields, mine.fields) && changed.size === 0;
  const own: Entry = { writer: unchanged ? mine.writer : writer, operation: "Update", fields };
  return settle(live, wanted, [...left, own]);
}

/** The part of an object that the writer's request is about. */
function reach(object: unknown, { subresource }: Writer): JsonObject {
  if (!isObject(object)) return {};
  const status = member(object, "status");
  if (subresource === "status") return status === undefined ? {} : { status };
  const { apiVersion: _, kind: __, status: ___, metadata, ...content } = object;
  if (!isObject(metadata)) return content;
  const owned = Object.entries(metadata).filter(([name]) => !unowned.includes(name));
  return owned.length === 0 ? content : { ...content, metadata: Object.fromEntries(owned) };
}

function diff(live: JsonObject, next: JsonObject): { changed: FieldSet; removed: FieldSet } {
  const before = leavesOf(live);
  const after = leavesOf(next);
  const changed = [...after].filter(
    ([path, value]) => !before.has(path) || !isDeepStrictEqual(before.get(path), value),
  );
  const remaining = new Set(after.keys());
  // An empty map that was filled is there still: adding to it takes nothing from who owns it.
  const isStillThere = (path: string, value: unknown) =>
    isObject(value) ? ownsAtOrBelow(remaining, path) : remaining.has(path);
  const removed = [...before].filter(([path, value]) => !isStillThere(path, value)).map(([path]) => path);
  return { changed: fieldsOnly(changed.map(([path]) => path)), removed: fieldsOnly(removed) };
}

/** Without the object itself, which is a leaf when it is empty. */
function fieldsOnly(paths: readonly string[]): FieldSet {
  return new Set(paths.filter((path) => path !== "[]"));
}

function refuseConflicts(others: readonly Entry[], taken: FieldSet): void {
  const faults = others.flatMap(({ writer, fields }) =>
    [...fields.intersection(taken)].map((path) => ({
      reason: "FieldManagerConflict",
      message: `conflict with "${writer.manager}"${writer.subresource ? ` with subresource "status"` : ""} using ${writer.apiVersion}`,
      field: describePath(path),
    })),
  );
  if (faults.length === 0) return;
  const count = faults.length === 1 ? "1 conflict" : `${faults.length} conflicts`;
  const texts = faults.map((fault) => `${fault.message}: ${fault.field}`);
  throw new ResourceError("owned", `Apply failed with ${count}: ${texts.join("; ")}`, { faults });
}

function isSame(entry: Entry, writer: Writer, operation: Entry["operation"]): boolean {
  const { manager, apiVersion, subresource } = entry.writer;
  const same = manager === writer.manager && apiVersion === writer.apiVersion && subresource === writer.subresource;
  return same && entry.operation === operation;
}

/** The owners as the object has them. For an apply to an object without any, all fields belong to who wrote it before. */
function entriesOf(object: JsonObject, writer?: Writer): Entry[] {
  const listed = member(member(object, "metadata"), "managedFields");
  const entries = (Array.isArray(listed) ? listed : []).flatMap(toEntry);
  if (entries.length > 0 || !writer) return entries;
  const fields = fieldsOnly([...leavesOf(reach(object, writer)).keys()]);
  return [{ writer: { ...writer, manager: "before-first-apply" }, operation: "Update", fields }];
}

function toEntry(entry: unknown): Entry[] {
  const text = (key: string) => {
    const value = member(entry, key);
    return typeof value === "string" ? value : "";
  };
  const operation = text("operation");
  if (operation !== "Apply" && operation !== "Update") return [];
  const subresource = text("subresource") === "status" ? { subresource: "status" as const } : {};
  const writer = { manager: text("manager"), apiVersion: text("apiVersion"), time: text("time"), ...subresource };
  return [{ writer, operation, fields: fromFieldsV1(member(entry, "fieldsV1")) }];
}

/** The object with its owners; when nothing but times would differ, `live` as it is, so that nothing is written. */
function settle(live: JsonObject | undefined, object: JsonObject, entries: readonly Entry[]): JsonObject {
  const managedFields = entries.filter((entry) => entry.fields.size > 0).map(fromEntry);
  const metadata = member(object, "metadata");
  const next = withMember(object, "metadata", { ...(isObject(metadata) ? metadata : {}), managedFields });
  return live && isDeepStrictEqual(timeless(live), timeless(next)) ? live : next;
}

function fromEntry({ writer, operation, fields }: Entry): ManagedFieldsEntry {
  const { manager, apiVersion, time, subresource } = writer;
  const fieldsV1 = toFieldsV1(fields);
  return {
    manager,
    operation,
    apiVersion,
    time,
    fieldsType: "FieldsV1",
    fieldsV1,
    ...(subresource && { subresource }),
  };
}

function timeless(object: JsonObject): unknown {
  const metadata = member(object, "metadata");
  const entries = member(metadata, "managedFields");
  const strip = (entry: unknown) => (isObject(entry) ? JSON.stringify(withMember(entry, "time", undefined)) : "");
  const managers = new Set(Array.isArray(entries) ? entries.map(strip) : []);
  return [withMember(object, "metadata", { ...(isObject(metadata) ? metadata : {}), managedFields: [] }), managers];
}

function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
