// One page of a list: the state of one kind at one version, in the order of keys.
import { formatKey, type KindInfo, type Resource, type ResourceKey } from "@neverland/api";
import { Breather } from "@neverland/platform/wait/breather.ts";
import type { KindTable } from "./kind-table.ts";
import { type ListOptions, type ResourceList, StoreError } from "./resource-store.ts";
import { isSelected } from "./selector.ts";
import { compareKeys, type KeyRange } from "./sorted-resources.ts";
import { kindIdOf, type StoreState } from "./store-state.ts";

type Position = { readonly version: number; readonly after?: ResourceKey };

/** @throws {StoreError} `gone` when the state that the first page showed is forgotten. */
export async function listResources(state: StoreState, kind: KindInfo, options: ListOptions): Promise<ResourceList> {
  const { version, after } = startOf(state, options.continueToken);
  const { namespace } = options;
  const range: KeyRange = { ...(namespace !== undefined && { namespace }), ...(after && { after }) };
  const limit = options.limit && options.limit > 0 ? options.limit : Number.POSITIVE_INFINITY;
  const isFiltered = Boolean(options.labels?.length || options.fields?.length);
  // Read in one turn of the loop, so of one state: what is written while the rest is done does not show.
  const table = state.tableOf(kind);
  const since = changedSince(state, kind, version);
  const enough = isFiltered ? Number.POSITIVE_INFINITY : limit + 1 + since.size;
  const now = found(table, range, options) ?? table.list(range, enough);
  const left = table.count(range) - limit;
  const then = since.size === 0 ? now : await putBack(now, since, range);
  const items = isFiltered ? await select(then, options, limit + 1) : then;
  if (items.length <= limit) return { items, resourceVersion: String(version) };
  const page = items.slice(0, limit);
  const last = page.at(-1)?.metadata;
  const continueToken = formatToken({ version, ...(last && { after: last }) });
  // How many more a selector would find, or an old state had, is not known without looking at them all.
  const remaining = isFiltered || since.size > 0 ? {} : { remainingItemCount: left };
  return { items: page, resourceVersion: String(version), continueToken, ...remaining };
}

/** By an index, when a selector names a field that has one. */
function found(table: KindTable, range: KeyRange, { fields = [] }: ListOptions): Resource[] | undefined {
  for (const clause of fields) {
    const resources = clause.operator === "in" ? table.find(clause.key, clause.values, range) : undefined;
    if (resources) return resources;
  }
  return undefined;
}

async function select(resources: readonly Resource[], options: ListOptions, most: number): Promise<Resource[]> {
  const breather = new Breather();
  const selected: Resource[] = [];
  for (const [at, resource] of resources.entries()) {
    if (selected.length === most) break;
    if (isSelected(resource, options)) selected.push(resource);
    if (at % 64 === 63 && breather.isDue) await breather.breathe();
  }
  return selected;
}

/** What was written since `version`, by key, as it was then. */
function changedSince(state: StoreState, kind: KindInfo, version: number): Map<string, Resource | undefined> {
  const changed = new Map<string, Resource | undefined>();
  if (version === state.log.version) return changed;
  const log = state.log.of(kindIdOf(kind));
  for (let at = log.find((change) => change.version <= version); at < log.end; at++) {
    const change = log.at(at);
    const id = change && formatKey(change.key);
    if (id !== undefined && !changed.has(id)) changed.set(id, change?.before);
  }
  return changed;
}

/** The resources of now, but what changed since is as it was. */
async function putBack(
  now: readonly Resource[],
  changed: ReadonlyMap<string, Resource | undefined>,
  range: KeyRange,
): Promise<Resource[]> {
  const breather = new Breather();
  const unchanged: Resource[] = [];
  for (const [at, resource] of now.entries()) {
    if (!changed.has(formatKey(resource.metadata))) unchanged.push(resource);
    if (at % 64 === 63 && breather.isDue) await breather.breathe();
  }
  const before = [...changed.values()].filter((resource) => resource !== undefined);
  return merge(
    unchanged,
    before.filter(({ metadata }) => isInRange(metadata, range)).sort((a, b) => compareKeys(a.metadata, b.metadata)),
  );
}

/** Two lists in order as one. */
function merge(left: readonly Resource[], right: readonly Resource[]): Resource[] {
  const all: Resource[] = [];
  let at = 0;
  for (const item of left) {
    for (let next = right[at]; next && compareKeys(next.metadata, item.metadata) < 0; next = right[++at])
      all.push(next);
    all.push(item);
  }
  for (; at < right.length; at++) all.push(right[at] as Resource); // within the list
  return all;
}

function isInRange(key: ResourceKey, { namespace, after }: KeyRange): boolean {
  if (namespace !== undefined && key.namespace !== namespace) return false;
  return after === undefined || compareKeys(key, after) > 0;
}

function startOf({ log }: StoreState, token: string | undefined): Position {
  if (token === undefined) return { version: log.version };
  const position = parseToken(token);
  if (!position)
    throw new StoreError("gone", "The continue token was not made by this store: list again from the start.");
  if (position.version < log.compactedVersion || position.version > log.version) {
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
