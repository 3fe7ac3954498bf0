// The one write path: what must hold of every object before the store is given it, whoever writes it.
import {
  apiVersionOf,
  contentSchemas,
  type JsonObject,
  type KindInfo,
  type Resource,
  type ResourceKey,
} from "@neverland/api";
import { type Clock, formatSeconds } from "@neverland/platform/time/clock.ts";
import { sameJson } from "@neverland/store/resource-json.ts";
import { decideCreate, decideUpdate, decideUpdateStatus } from "@neverland/store/resource-lifecycle.ts";
import { type Preconditions, type ResourceStore, StoreError } from "@neverland/store/resource-store.ts";
import { isStandIn } from "@neverland/store/stored-fault.ts";
import { type DeletePolicy, deleteResource } from "./delete-resource.ts";
import { updateFields, type Writer, withoutOwners } from "./fields/managed-fields.ts";
import { Namespaces } from "./namespaces.ts";
import { randomSuffix } from "./random-suffix.ts";
import { invalid } from "./resource-error.ts";
import { type Place, prepared, toResource } from "./resource-input.ts";
import {
  refuseForbiddenChanges,
  refuseForbiddenCreation,
  refuseForbiddenDeletion,
  refuseWithoutContent,
} from "./rules/forbidden-changes.ts";
import { UniqueClaims } from "./rules/unique-claims.ts";
import { validateResource, validateStatus } from "./rules/validate-resource.ts";
import { WriteHealth } from "./write-health.ts";

export type WritePathDeps = {
  readonly store: ResourceStore;
  readonly clock: Clock;
  /** The kind whose objects are the namespaces of others: each is made with its first object. None is made without it. */
  readonly namespaces?: KindInfo;
  readonly newUid?: () => string;
  /** The end of a generated name. */
  readonly newSuffix?: () => string;
  /** Is told once that the store takes no writes, and once that it does again. */
  readonly warn?: (message: string) => void;
};

export type WriteOptions = {
  /** Who is to own the fields that are written. */
  readonly manager: string;
  /** Answer as if, and write nothing. */
  readonly dryRun: boolean;
};

export type WriteTarget = ResourceKey & {
  readonly kind: KindInfo;
  /** Which half is written: everything but the status, or the status alone. */
  readonly half: "content" | "status";
};

/** Makes of the live object what it shall be, its managedFields included. */
export type Edit = (live: Resource) => JsonObject;

/** How often a change is tried anew when another write came between; its caller named no version, so does not care. */
const changeAttempts = 8;
const nameAttempts = 8;

/** The store as far as it may be used past the write path. */
export type StoreReads = Pick<ResourceStore, "get" | "list" | "namespaces" | "watch">;

export class WritePath {
  readonly reads: StoreReads;
  readonly namespaces: Namespaces | undefined;
  readonly #store: ResourceStore;
  readonly #clock: Clock;
  readonly #claims: UniqueClaims;
  readonly #health: WriteHealth;
  readonly #newUid: () => string;
  readonly #newSuffix: () => string;

  constructor({ store, clock, namespaces, warn, newUid, newSuffix }: WritePathDeps) {
    this.#health = new WriteHealth(warn);
    this.#store = store;
    this.namespaces = namespaces && new Namespaces(store, namespaces);
    this.reads = {
      get: (kind, key) => store.get(kind, key),
      list: (kind, options) => store.list(kind, options),
      namespaces: (kind) => store.namespaces(kind),
      watch: (kind, options) => store.watch(kind, options),
    };
    this.#clock = clock;
    this.#claims = new UniqueClaims(store);
    this.#newUid = newUid ?? (() => crypto.randomUUID());
    this.#newSuffix = newSuffix ?? randomSuffix;
  }

  /** With `generateName` the name is completed. @throws {ResourceError | StoreError} */
  async create(kind: KindInfo, object: JsonObject, place: Place, options: WriteOptions): Promise<Resource> {
    const writer = this.writerFor(kind, "content", options.manager);
    const own = kind.record ? withoutOwners : (whole: JsonObject) => updateFields(undefined, whole, writer);
    return await this.#create(toResource(kind, prepared(kind, object), place), kind, own, options.dryRun);
  }

  /** As {@link create}, for an object whose managedFields are right already. @throws {ResourceError | StoreError} */
  async createOwned(kind: KindInfo, object: JsonObject, place: Place, { dryRun }: WriteOptions): Promise<Resource> {
    return await this.#create(toResource(kind, object, place), kind, undefined, dryRun);
  }

  /**
   * Reads the object, edits it, writes it; again when another write came between and the edit named no version.
   * @throws {ResourceError | StoreError}
   */
  async change(target: WriteTarget, edit: Edit, dryRun: boolean): Promise<Resource> {
    const { kind, namespace, name } = target;
    for (let attempt = 1; ; attempt++) {
      const live = await this.#store.get(kind, { namespace, name });
      if (!live) throw new StoreError("not-found", `${kind.kind} ${namespace}/${name} not found`);
      const next = toResource(kind, edit(live), { namespace, name });
      const { resourceVersion } = live.metadata;
      const isPinned =
        (Boolean(next.metadata.resourceVersion) && next.metadata.resourceVersion !== resourceVersion) ||
        (Boolean(next.metadata.uid) && next.metadata.uid !== live.metadata.uid);
      const pinned = next.metadata.resourceVersion
        ? next
        : { ...next, metadata: { ...next.metadata, resourceVersion } };
      try {
        return await this.#writeChanged(target, live, pinned, dryRun);
      } catch (error) {
        const isLate = error instanceof StoreError && error.code === "conflict";
        if (!isLate || isPinned || attempt === changeAttempts) throw error;
      }
    }
  }

  /** Blindly as far as the rest of the object goes. @throws {ResourceError | StoreError} */
  async updateStatus(kind: KindInfo, resource: Resource): Promise<Resource> {
    validateStatus(kind, resource);
    return await this.#write(() => this.#store.updateStatus(kind, resource));
  }

  /** Why the store takes no writes, as far as the last one told. */
  notWritableReason(): string | undefined {
    return this.#health.reason(this.#clock.nowMs());
  }

  /** @throws {ResourceError | StoreError} */
  async delete(kind: KindInfo, key: ResourceKey, preconditions: Preconditions, policy: DeletePolicy) {
    refuseForbiddenDeletion(kind);
    this.namespaces?.refuseDeletion(kind, key.name);
    return await this.#write(() =>
      deleteResource(this.#store, kind, key, preconditions, policy, (live) => this.#stamp(live)),
    );
  }

  /** Who writes, and what of the object. */
  writerFor(kind: KindInfo, half: WriteTarget["half"], manager: string): Writer {
    const time = formatSeconds(this.#clock.nowMs());
    return { manager, apiVersion: apiVersionOf(kind), time, ...(half === "status" && { subresource: "status" }) };
  }

  /** @param own Adds the owners, once the object is known to be worth it. */
  async #create(
    resource: Resource,
    kind: KindInfo,
    own: ((object: JsonObject) => JsonObject) | undefined,
    dryRun: boolean,
  ): Promise<Resource> {
    refuseForbiddenCreation(kind);
    const { name, generateName } = resource.metadata;
    const isGenerated = !name && Boolean(generateName);
    if (!name && !isGenerated) throw invalid(kind, "", [nameRequired]);
    for (let attempt = 1; ; attempt++) {
      const metadata = isGenerated
        ? { ...resource.metadata, name: `${generateName}${this.#newSuffix()}` }
        : resource.metadata;
      const named = { ...resource, metadata };
      validateResource(kind, named);
      if (named.status !== undefined) validateStatus(kind, named);
      // Owners are added to an object of the right form, and take nothing of it away.
      const whole = own ? (own(named) as Resource) : named;
      try {
        if (dryRun) return await this.#createDry(kind, whole);
        const create = () => this.#write(() => this.#createIn(kind, whole));
        return await this.#claims.hold(kind, undefined, whole, create);
      } catch (error) {
        const isTaken = error instanceof StoreError && error.code === "already-exists";
        if (!isTaken || !isGenerated || attempt === nameAttempts) throw error;
      }
    }
  }

  /** What is in a namespace makes it. */
  async #createIn(kind: KindInfo, resource: Resource): Promise<Resource> {
    const { name, namespace } = resource.metadata;
    await this.namespaces?.take(kind, name, namespace);
    return await this.#store.create(kind, resource);
  }

  /** Only so that it can be answered: nothing is written. */
  async #createDry(kind: KindInfo, resource: Resource): Promise<Resource> {
    await this.#claims.check(kind, undefined, resource);
    const stored = await this.#store.get(kind, resource.metadata);
    const { object } = decideCreate(kind, stored, resource, { ...this.#stamp(stored), uid: this.#newUid() });
    // Nothing was written, so it has no version: a client would take one for a promise.
    const { resourceVersion: _, ...metadata } = object.metadata;
    return { ...object, metadata: metadata as Resource["metadata"] };
  }

  async #writeChanged({ kind, half }: WriteTarget, live: Resource, next: Resource, dryRun: boolean): Promise<Resource> {
    if (isStandIn(live)) refuseWithoutContent(kind, half === "status" ? live : next);
    if (half === "status") {
      validateStatus(kind, next);
      if (dryRun) return decideUpdateStatus(kind, live, next, this.#stamp(live)).object;
      return await this.#write(() => this.#store.updateStatus(kind, next));
    }
    refuseForbiddenChanges(kind, live, next);
    if (isOtherwise(kind, live, next)) validateResource(kind, next, live);
    if (!dryRun)
      return await this.#claims.hold(kind, live, next, () => this.#write(() => this.#store.update(kind, next)));
    await this.#claims.check(kind, live, next);
    return decideUpdate(kind, live, next, this.#stamp(live)).object;
  }

  #write<T>(write: () => Promise<T>): Promise<T> {
    return this.#health.watch(() => this.#clock.nowMs(), write);
  }

  /** A dry run shows the version that is there. */
  #stamp(live: Resource | undefined) {
    return { version: Number(live?.metadata.resourceVersion ?? 0), nowMs: this.#clock.nowMs() };
  }
}

/** What is as it was in the store needs no look: a finalizer can be taken from an object that a newer schema refuses. */
function isOtherwise(kind: KindInfo, live: Resource, next: Resource): boolean {
  const { metadata, ...content } = next;
  const { labels, annotations, ownerReferences } = metadata;
  const before = live.metadata;
  if (!sameJson(before.labels, labels) || !sameJson(before.annotations, annotations)) return true;
  if (!sameJson(before.ownerReferences, ownerReferences)) return true;
  const isIn = (names: readonly string[] | null | undefined, name: string) => names?.includes(name) ?? false;
  if (metadata.finalizers?.some((name) => !isIn(before.finalizers, name))) return true;
  return contentSchemas(kind).some(([name]) => !sameJson(Reflect.get(live, name), Reflect.get(content, name)));
}

const nameRequired = {
  reason: "FieldValueRequired",
  message: "Required value: name or generateName is required",
  field: "metadata.name",
};
