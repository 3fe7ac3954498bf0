// One page of a list: the state of one kind at one version, in the order of keys.
import { formatKey, type KindInfo, type Resource, type ResourceKey } from "@neverland/api";
import { Breather } from "@neverland/platform/wait/breather.ts";
import { type ListOptions, type ResourceList, StoreError } from "../resource-store.ts";
import { isSelected } from "../selector.ts";
import type { KindTable } from "./kind-table.ts";
import { compareKeys, isInRange, type KeyRange } from "./sorted-resources.ts";
import { kindIdOf, type StoreState } from "./store-state.ts";

type Position = { readonly version: number; readonly after?: ResourceKey };

/** @throws {StoreError} `gone` when the state that the first page showed is forgotten. */
export async function listResources(state: StoreState, kind: KindInfo, options: ListOptions): Promise<ResourceList> {
  const looked = lookUp(state, kind, options);
  if (looked !== undefined) return looked;
  const { version, after } = startOf(state, options);
  const { namespace } = options;
  const range: KeyRange = { ...(namespace !== undefined && { namespace }), ...(after && { after }) };
  const limit = options.limit && options.limit > 0 ? options.limit : Number.POSITIVE_INFINITY;
  const clauses = (options.labels?.length ?? 0) + (options.fields?.length ?? 0);
  // Read in one turn of the loop, so of one state: what is written while the rest is done does not show.
  const table = state.tableOf(kind);
  const since = changedSince(state, kind, version);
  const { now, isExact } = read(table, range, options, limit + 1 + since.size);
  const left = table.count(range) - limit;
  const isWhole = isExact && since.size === 0;
  const items = isWhole ? now : await first(limit + 1, asItWas(now, since, range), options);
  if (items.length <= limit) return { items, resourceVersion: String(version) };
  const page = items.slice(0, limit);
  const last = page.at(-1)?.metadata;
  const continueToken = formatToken({ version, ...(last && { after: last }) });
  // How many more a selector would find, or an old state had, is not known without looking at them all.
  const remaining = clauses > 0 || since.size > 0 ? {} : { remainingItemCount: left };
  return { items: page, resourceVersion: String(version), continueToken, ...remaining };
}

/** What most lists of a program are: all that have one value in an indexed field. The same as the rest finds, for the cost of an index. */
function lookUp(state: StoreState, kind: KindInfo, options: ListOptions): ResourceList | undefined {
  const { namespace, labels = [], fields = [], limit = 0, continueToken, atVersion } = options;
  const [clause, ...others] = fields;
  if (clause?.operator !== "in" || others.length + labels.length + limit > 0) return undefined;
  if (continueToken !== undefined || atVersion !== undefined) return undefined;
  const items = state.tableOf(kind).find(clause.key, clause.values, namespace === undefined ? {} : { namespace });
  return items && { items, resourceVersion: String(state.log.version) };
}

type Read = { readonly now: Resource[]; readonly isExact: boolean };

/**
 * By an index, when a selector names a field that has one. Where nothing else is asked for it is exact, and `enough` will do; else all is
 * read, which copies references and looks at none.
 */
function read(table: KindTable, range: KeyRange, { labels = [], fields = [] }: ListOptions, enough: number): Read {
  const clauses = labels.length + fields.length;
  const most = clauses > 1 ? Number.POSITIVE_INFINITY : enough;
  for (const clause of fields) {
    const now = clause.operator === "in" ? table.find(clause.key, clause.values, range, most) : undefined;
    if (now) return { now, isExact: clauses === 1 };
  }
  return { now: table.list(range, clauses > 0 ? Number.POSITIVE_INFINITY : enough), isExact: clauses === 0 };
}

/** Clauses held against objects between two looks at the clock: a fraction of a millisecond. */
const looksAtOnce = 128;

/** The first `most` that are selected. What comes after them is not looked at. */
async function first(most: number, resources: Iterable<Resource>, options: ListOptions): Promise<Resource[]> {
  const breather = new Breather();
  await breather.breathe();
  const selected: Resource[] = [];
  const clauses = 1 + (options.labels?.length ?? 0) + (options.fields?.length ?? 0);
  let looked = 0;
  for (const resource of resources) {
    if (isSelected(resource, options)) selected.push(resource);
    if (selected.length === most) break;
    looked += clauses;
    if (looked < looksAtOnce) continue;
    looked = 0;
    if (breather.isDue) await breather.breathe();
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

/** The resources of now, but what changed since is as it was; in order. */
function* asItWas(
  now: readonly Resource[],
  changed: ReadonlyMap<string, Resource | undefined>,
  range: KeyRange,
): Iterable<Resource> {
  const before = [...changed.values()]
    .filter((resource) => resource !== undefined)
    .filter(({ metadata }) => isInRange(metadata, range))
    .sort((a, b) => compareKeys(a.metadata, b.metadata));
  let at = 0;
  for (const item of now) {
    if (changed.size > 0 && changed.has(formatKey(item.metadata))) continue;
    for (let old = before[at]; old && compareKeys(old.metadata, item.metadata) < 0; old = before[++at]) yield old;
    yield item;
  }
  yield* before.slice(at);
}

function startOf({ log }: StoreState, { continueToken, atVersion }: ListOptions): Position {
  if (continueToken === undefined && atVersion === undefined) return { version: log.version };
  // A version that is yet to come is not waited for: the list says which it shows.
  const asked = () => ({ version: Math.min(Number(atVersion), log.version) });
  const position = continueToken === undefined ? asked() : parseToken(continueToken);
  if (!position)
    throw new StoreError("gone", "The continue token was not made by this store: list again from the start.");
  if (position.version >= log.compactedVersion && position.version <= log.version) return position;
  const text = `The list is of version ${position.version}, and that state is no longer kept: list again from the start.`;
  throw new StoreError("gone", text);
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
