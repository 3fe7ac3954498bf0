// One page of a list: the state of one kind at one version, in the order of keys.
import type { Resource, ResourceKey } from "@neverland/api";
import { type ListOptions, type ResourceList, StoreError } from "./resource-store.ts";
import { isSelected } from "./selector.ts";
import { compareKeys, type ScanRange, type StoreBackend, type StoredRow } from "./store-backend.ts";

type Position = { readonly version: number; readonly after?: ResourceKey };

/** @throws {StoreError} `gone` when the state that the first page showed is forgotten. */
export function listResources(backend: StoreBackend, kindId: string, options: ListOptions): ResourceList {
  const { version, after } = startOf(backend, options.continueToken);
  const range: ScanRange = {
    ...(options.namespace !== undefined && { namespace: options.namespace }),
    ...(after && { after }),
  };
  const limit = options.limit && options.limit > 0 ? options.limit : Number.POSITIVE_INFINITY;
  const items: Resource[] = [];
  for (const row of rowsAt(backend, kindId, range, version)) {
    const object: Resource = JSON.parse(row.json);
    if (!isSelected(object, options)) continue;
    if (items.length === limit) return cutPage(backend, kindId, options, { items, version });
    items.push(object);
  }
  return { items, resourceVersion: String(version) };
}

function cutPage(
  backend: StoreBackend,
  kindId: string,
  { namespace, labels, fields }: ListOptions,
  { items, version }: { items: Resource[]; version: number },
): ResourceList {
  const last = items.at(-1)?.metadata;
  const after = last && { namespace: last.namespace, name: last.name };
  const page = {
    items,
    resourceVersion: String(version),
    continueToken: formatToken({ version, ...(after && { after }) }),
  };
  // How many more a selector would find is not known without reading them all.
  if (labels?.length || fields?.length || version !== backend.version) return page;
  const rest: ScanRange = { ...(namespace !== undefined && { namespace }), ...(after && { after }) };
  return { ...page, remainingItemCount: backend.count(kindId, rest) };
}

/** The rows as they were at `version`: those of now, but what changed since is put back as it was. */
function rowsAt(backend: StoreBackend, kindId: string, range: ScanRange, version: number): Iterable<StoredRow> {
  const now = backend.scan(kindId, range);
  if (version === backend.version) return now;
  const changedSince = new Map<string, StoredRow | undefined>();
  for (const change of backend.changes(kindId, version, Number.MAX_SAFE_INTEGER)) {
    const { key, previous } = change;
    const id = `${key.namespace}/${key.name}`;
    if (!changedSince.has(id))
      changedSince.set(id, previous === undefined ? undefined : { key, version, json: previous });
  }
  const unchanged = [...now].filter((row) => !changedSince.has(`${row.key.namespace}/${row.key.name}`));
  const put = [...changedSince.values()].filter((row) => row !== undefined && isInRange(row.key, range));
  return [...unchanged, ...put].filter((row) => row !== undefined).toSorted((a, b) => compareKeys(a.key, b.key));
}

function isInRange(key: ResourceKey, { namespace, after }: ScanRange): boolean {
  if (namespace !== undefined && key.namespace !== namespace) return false;
  return after === undefined || compareKeys(key, after) > 0;
}

function startOf(backend: StoreBackend, token: string | undefined): Position {
  if (token === undefined) return { version: backend.version };
  const position = parseToken(token);
  if (!position)
    throw new StoreError("gone", "The continue token was not made by this store: list again from the start.");
  if (position.version < backend.compactedVersion || position.version > backend.version) {
    throw new StoreError(
      "gone",
      `The list was begun at version ${position.version}, and that state is no longer kept: list again from the start.`,
    );
  }
  return position;
}

function formatToken({ version, after }: Position): string {
  return Buffer.from(JSON.stringify([version, after?.namespace, after?.name])).toString("base64url");
}

function parseToken(token: string): Position | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    if (!Array.isArray(parts)) return undefined;
    const [version, namespace, name] = parts;
    if (!Number.isSafeInteger(version) || typeof namespace !== "string" || typeof name !== "string") return undefined;
    return { version, after: { namespace, name } };
  } catch {
    return undefined; // not base64 of JSON
  }
}
