// One page of a list: the state of one kind at one version, in the order of keys.
import type { KindInfo, Resource, ResourceKey } from "@neverland/api";
import { Breather } from "@neverland/platform/wait/breather.ts";
import { type ListOptions, type ResourceList, type Selector, StoreError } from "../resource-store.ts";
import { isSelected } from "../selector.ts";
import { formatToken, parseToken } from "./continue-token.ts";
import type { KindTable } from "./kind-table.ts";
import type { PastStates } from "./past-states.ts";
import type { KeyRange } from "./sorted-resources.ts";
import { kindIdOf, type StoreState } from "./store-state.ts";

/** Where a list, or a page of one, begins. `isPast`: what there is now is not what it shows. */
type Start = { readonly version: number; readonly after?: ResourceKey; readonly isPast: boolean };

/** @throws {StoreError} `gone` when the state that the first page showed is forgotten, `unavailable` when too many ask for past ones. */
export async function listPage(
  state: StoreState,
  states: PastStates,
  kind: KindInfo,
  options: ListOptions,
): Promise<ResourceList> {
  const { version, after, isPast } = startOf(state, kind, options);
  const { namespace } = options;
  const range: KeyRange = { ...(namespace !== undefined && { namespace }), ...(after && { after }) };
  const limit = options.limit && options.limit > 0 ? options.limit : Number.POSITIVE_INFINITY;
  const clauses = (options.labels?.length ?? 0) + (options.fields?.length ?? 0);
  const earlier = isPast ? await states.at(kind, { version, ...(after && { after }) }) : undefined;
  const past = earlier?.snapshot;
  // Read in one turn of the loop, so of one state: what is written while the rest is done does not show.
  const table = state.tableOf(kind);
  const left = (past ?? table).count(range) - limit;
  // What fits on its page is not kept: nobody goes on from it.
  if (left > 0) states.keep(kind, version, earlier ?? { snapshot: table.snapshot(), old: [] });
  const found = past === undefined ? find(table, range, options, limit + 1) : undefined;
  const items =
    clauses === 0
      ? (past ?? table).list(range, limit + 1)
      : found?.isExact
        ? found.items
        : await first(limit + 1, found?.items ?? (past ?? table.snapshot()).from(range), options);
  const last = items.length > limit ? items[limit - 1] : undefined;
  if (last === undefined) return { items, resourceVersion: String(version) };
  const continueToken = formatToken({ version, after: last.metadata });
  // How many more a selector would find is not known without looking at them all.
  const remaining = clauses > 0 ? {} : { remainingItemCount: left };
  return { items: items.slice(0, limit), resourceVersion: String(version), continueToken, ...remaining };
}

/** What most lists of a program are: all that have one value in an indexed field. The same as a page has, for the cost of an index. */
export function lookUp(state: StoreState, kind: KindInfo, options: ListOptions): ResourceList | undefined {
  const { namespace, labels, fields, limit, continueToken, atVersion } = options;
  const clause = fields?.length === 1 ? fields[0] : undefined;
  if (!clause || !isForIndex(clause) || labels?.length || limit) return undefined;
  if (continueToken !== undefined || atVersion !== undefined) return undefined;
  const items = state.tableOf(kind).find(clause.key, clause.values, namespace === undefined ? {} : { namespace });
  return items && { items, resourceVersion: String(state.log.version) };
}

function isForIndex(clause: Selector): clause is Selector & { readonly operator: "in" } {
  return clause.operator === "in" && clause.also === undefined;
}

type Found = { readonly items: Resource[]; readonly isExact: boolean };

/** By an index, when a selector names a field that has one. Where nothing else is asked for it is exact, and `enough` will do. */
function find(table: KindTable, range: KeyRange, options: ListOptions, enough: number): Found | undefined {
  const { labels = [], fields = [] } = options;
  const isExact = labels.length + fields.length === 1;
  const most = isExact ? enough : Number.POSITIVE_INFINITY;
  for (const clause of fields) {
    const items = isForIndex(clause) ? table.find(clause.key, clause.values, range, most) : undefined;
    if (items) return { items, isExact };
  }
  return undefined;
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

function startOf({ log }: StoreState, kind: KindInfo, { continueToken, atVersion }: ListOptions): Start {
  const position =
    continueToken === undefined ? { version: Number(atVersion ?? log.version) } : parseToken(continueToken);
  if (!position)
    throw new StoreError("gone", "The continue token was not made by this store: list again from the start.");
  const { version = log.version } = position;
  if (version > log.version && continueToken !== undefined)
    throw new StoreError(
      "gone",
      `The continue token is of version ${version}, and this store is only at ${log.version}: list again from the start.`,
    );
  // A version that is yet to come is not waited for: the list says which it shows.
  const shown = Math.min(version, log.version);
  return { ...position, version: shown, isPast: !log.isUnchangedSince(kindIdOf(kind), shown) };
}
