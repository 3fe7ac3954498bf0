// No two objects have the same value of a field that a kind calls unique, or a machine would be answered as another.
import { fieldsAt, formatKey, type KindInfo, type Resource, type UniqueField } from "@neverland/api";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { type FieldStep, stepsOf, textsAt } from "@neverland/store/selector.ts";
import { type FieldFault, invalid } from "../resource-error.ts";

type Claimed = { readonly id: string; readonly path: string; readonly value: string };

/**
 * A write claims the values that it brings before it is done, so that of two writes of one MAC at once the second is
 * refused; writes of different ones go on side by side and share the store's transactions. What is in the store already
 * is asked of its index: no list of everything, nothing to load.
 */
export class UniqueClaims {
  readonly #store: Pick<ResourceStore, "list">;
  /** By value, who is about to have it, and how many writes of that object are on their way. */
  readonly #claims = new Map<string, { readonly holder: string; writes: number }>();

  constructor(store: Pick<ResourceStore, "list">) {
    this.#store = store;
  }

  /**
   * Carries out `write` while what is new in `next` is claimed.
   * @param live The object as it is; `undefined` when it is to be made. What it has already is not asked for again.
   * @throws {ResourceError} `invalid`, naming the object that has the value.
   */
  async hold<T>(kind: KindInfo, live: Resource | undefined, next: Resource, write: () => Promise<T>): Promise<T> {
    const claims = newValues(kind, live, next);
    if (claims.length === 0) return await write();
    this.#refuseClaimed(kind, next, claims);
    const holder = formatKey(next.metadata);
    for (const { id } of claims) this.#take(id, holder); // and nothing was awaited since the check
    try {
      await this.#refuseStored(kind, next, claims);
      return await write();
    } finally {
      for (const { id } of claims) this.#giveBack(id);
    }
  }

  /** As {@link hold}, without a write: a dry run stands in nobody's way. */
  async check(kind: KindInfo, live: Resource | undefined, next: Resource): Promise<void> {
    const claims = newValues(kind, live, next);
    this.#refuseClaimed(kind, next, claims);
    await this.#refuseStored(kind, next, claims);
  }

  #take(id: string, holder: string): void {
    const claim = this.#claims.get(id);
    if (claim) claim.writes += 1;
    else this.#claims.set(id, { holder, writes: 1 });
  }

  #giveBack(id: string): void {
    const claim = this.#claims.get(id);
    if (!claim) return;
    claim.writes -= 1;
    if (claim.writes === 0) this.#claims.delete(id);
  }

  #refuseClaimed(kind: KindInfo, next: Resource, claims: readonly Claimed[]): void {
    refuseHeld(kind, next, claims, ({ id }) => this.#claims.get(id)?.holder);
  }

  async #refuseStored(kind: KindInfo, next: Resource, claims: readonly Claimed[]): Promise<void> {
    const own = formatKey(next.metadata);
    const holders = new Map<string, string>();
    for (const { path, within } of kind.unique) {
      const values = claimedAt(path, claims);
      if (values.length === 0) continue;
      const fields = [{ key: path, operator: "in", values } as const];
      const { namespace } = next.metadata;
      const { items } = await this.#store.list(kind, within === "namespace" ? { namespace, fields } : { fields });
      for (const other of items) {
        const holder = formatKey(other.metadata);
        if (holder !== own) for (const { id } of valuesOf(kind, other)) holders.set(id, holder);
      }
    }
    if (holders.size > 0) refuseHeld(kind, next, claims, ({ id }) => holders.get(id));
  }
}

/** @param holderOf Who has the value, or is about to. */
function refuseHeld(
  kind: KindInfo,
  next: Resource,
  claims: readonly Claimed[],
  holderOf: (claim: Claimed) => string | undefined,
): void {
  const own = formatKey(next.metadata);
  const faults: FieldFault[] = [];
  const fields = new Map<string, ReadonlyMap<string, string>>();
  for (const claim of claims) {
    const holder = holderOf(claim);
    if (holder === undefined || holder === own) continue;
    const message = `Duplicate value: "${claim.value}": ${kind.kind} ${holder} has it already; change or delete that, or give this one another`;
    const places = fields.getOrInsertComputed(claim.path, (path) => placesOf(next, path));
    faults.push({ reason: "FieldValueDuplicate", message, field: places.get(claim.value) ?? claim.path });
  }
  if (faults.length > 0) throw invalid(kind, next.metadata.name, faults);
}

/** Where each value stands that the path leads to: the first of those that are the same. */
function placesOf(object: Resource, path: string): ReadonlyMap<string, string> {
  return new Map(
    fieldsAt(object, path)
      .map(({ field, value }) => [String(value), field] as const)
      .reverse(),
  );
}

function claimedAt(path: string, claims: readonly Claimed[]): string[] {
  const values: string[] = [];
  for (const claim of claims) if (claim.path === path) values.push(claim.value);
  return values;
}

function newValues(kind: KindInfo, live: Resource | undefined, next: Resource): Claimed[] {
  if (kind.unique.length === 0) return [];
  const values = valuesOf(kind, next);
  if (live === undefined) return values;
  const present = new Set(valuesOf(kind, live).map(({ id }) => id));
  return values.filter(({ id }) => !present.has(id));
}

function valuesOf(kind: KindInfo, object: Resource): Claimed[] {
  const values: Claimed[] = [];
  for (const { path, within, prefix, steps } of uniqueOf(kind)) {
    const scope = within === "namespace" ? `${prefix}${object.metadata.namespace} ` : prefix;
    for (const value of textsAt(object, steps)) if (value !== "") values.push({ id: scope + value, path, value });
  }
  return values;
}

type UniquePath = UniqueField & { readonly prefix: string; readonly steps: readonly FieldStep[] };

const uniquePaths = new WeakMap<KindInfo, readonly UniquePath[]>();

/** Taken apart once: every write asks. */
function uniqueOf(kind: KindInfo): readonly UniquePath[] {
  return uniquePaths.getOrInsertComputed(kind, () =>
    kind.unique.map((unique) => ({
      ...unique,
      prefix: `${kind.group}/${kind.kind} ${unique.path} `,
      steps: stepsOf(unique.path),
    })),
  );
}
