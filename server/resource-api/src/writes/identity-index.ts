// Which Hardware has which MAC, IP and agent id: no two may have the same, or a machine would be answered as another.
import { type Hardware, kinds, type Resource, type ResourceKey } from "@neverland/api";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import { type FaultCause, invalid } from "../wire/api-fault.ts";

/** What Hardware is found by. `field` is where it says so. */
type Identity = { readonly id: string; readonly field: string; readonly value: string };
type Known = { readonly version: number; readonly ids: readonly string[] };

/**
 * A write claims its identities before it is done, so that of two writes of one MAC at once the second is refused;
 * writes of different ones go on side by side and share the store's transactions.
 */
export class IdentityIndex {
  readonly #store: ReturnType<typeof hardwareStore>;
  readonly #signal: AbortSignal;
  readonly #holders = new Map<string, Set<string>>();
  readonly #known = new Map<string, Known>();
  readonly #claims = new Set<{ readonly holder: string; readonly ids: readonly string[] }>();
  #loaded: Promise<void> | undefined;

  /** @param signal Ends the watch by which the index follows other writers. */
  constructor(store: ResourceStore, signal: AbortSignal) {
    this.#store = hardwareStore(store);
    this.#signal = signal;
  }

  /** @throws {ApiFault} `Invalid`, naming the object that has what `resource` claims. */
  async write(resource: Resource, write: () => Promise<Resource>): Promise<Resource> {
    await this.#load();
    this.#check(resource); // and nothing is awaited between this and the claim
    const claim = { holder: idOf(resource.metadata), ids: identitiesOf(resource).map(({ id }) => id) };
    this.#claims.add(claim);
    try {
      const written = await write();
      this.#take(written);
      return written;
    } finally {
      this.#claims.delete(claim);
    }
  }

  /** As {@link write}, without a write. */
  async check(resource: Resource): Promise<void> {
    await this.#load();
    this.#check(resource);
  }

  /** An object that was just deleted claims nothing any more. */
  forget({ metadata }: Resource): void {
    this.#replace(idOf(metadata), Number(metadata.resourceVersion), []);
  }

  /** From the store, the first time and whenever the watch has ended. */
  #load(): Promise<void> {
    this.#loaded ??= this.#loadAndFollow().catch((error: unknown) => {
      this.#loaded = undefined;
      throw error;
    });
    return this.#loaded;
  }

  async #loadAndFollow(): Promise<void> {
    this.#holders.clear();
    this.#known.clear();
    const list = await this.#store.list();
    for (const item of list.items) this.#take(item);
    const forget = () => {
      this.#loaded = undefined; // gone, unavailable or at the end: the next write loads anew, and says so if it cannot
    };
    void this.#follow(list.resourceVersion).then(forget, forget);
  }

  async #follow(resourceVersion: string): Promise<void> {
    for await (const event of this.#store.watch({ resourceVersion, signal: this.#signal })) {
      if (event.type === "deleted") this.forget(event.object);
      else if (event.type !== "bookmark") this.#take(event.object);
    }
  }

  #take(hardware: Resource): void {
    const { metadata } = hardware;
    const isGone = metadata.deletionTimestamp && !metadata.finalizers?.length;
    const ids = isGone ? [] : identitiesOf(hardware).map((identity) => identity.id);
    this.#replace(idOf(metadata), Number(metadata.resourceVersion), ids);
  }

  #replace(holder: string, version: number, ids: readonly string[]): void {
    const known = this.#known.get(holder);
    if (known && (known.version > version || (known.version === version && ids.length > 0))) return;
    for (const id of known?.ids ?? []) this.#holders.get(id)?.delete(holder);
    for (const id of ids) this.#holders.getOrInsertComputed(id, () => new Set()).add(holder);
    this.#known.set(holder, { version, ids });
  }

  #check(resource: Resource): void {
    const self = idOf(resource.metadata);
    const causes = identitiesOf(resource).flatMap(({ id, field, value }): FaultCause[] => {
      const claim = this.#claims.values().find(({ holder, ids }) => holder !== self && ids.includes(id));
      const holders = this.#holders.get(id)?.values();
      const other = claim?.holder ?? holders?.find((holder) => holder !== self);
      if (other === undefined) return [];
      const message = `Duplicate value: "${value}": Hardware ${other} has it already`;
      return [{ reason: "FieldValueDuplicate", message, field }];
    });
    if (causes.length > 0) throw invalid(kinds.Hardware, resource.metadata.name, causes);
  }
}

function hardwareStore(store: ResourceStore) {
  return typedStore(store, kinds.Hardware);
}

function identitiesOf(resource: Resource): Identity[] {
  const { spec } = resource as Hardware; // only Hardware comes here, and it was validated
  const identity = (what: string, field: string, value: string | undefined): Identity[] =>
    value ? [{ id: `${what} ${value}`, field: `spec.${field}`, value }] : [];
  const interfaces = (spec?.interfaces ?? []).flatMap(({ dhcp }, index) => [
    ...identity("mac", `interfaces[${index}].dhcp.mac`, dhcp?.mac),
    ...identity("ip", `interfaces[${index}].dhcp.ip.address`, dhcp?.ip?.address),
  ]);
  return [...identity("agent", "agentID", spec?.agentID), ...interfaces];
}

function idOf({ namespace, name }: ResourceKey): string {
  return `${namespace}/${name}`;
}
