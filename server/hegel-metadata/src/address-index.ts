// All Hardware in memory by address and by instance id, kept by a watch: what is asked here never reads the store.
import { formatKey, type Hardware } from "@neverland/api";

export type Lookup =
  | { readonly found: "one"; readonly hardware: Hardware }
  | { readonly found: "none" }
  /** `namespace/name` of each: none is answered until they are put right. */
  | { readonly found: "several"; readonly names: readonly string[] };

export class AddressIndex {
  readonly #hardware = new Map<string, Hardware>();
  readonly #byAddress = new Map<string, Set<string>>();
  readonly #byInstance = new Map<string, Set<string>>();

  /** Replaces everything, as after a fresh list. */
  apply(hardware: readonly Hardware[]): void {
    this.#hardware.clear();
    this.#byAddress.clear();
    this.#byInstance.clear();
    for (const one of hardware) this.upsert(one);
  }

  upsert(hardware: Hardware): void {
    this.remove(hardware);
    const key = formatKey(hardware.metadata);
    this.#hardware.set(key, hardware);
    for (const address of addressesOf(hardware)) this.#byAddress.getOrInsertComputed(address, () => new Set()).add(key);
    const id = hardware.spec?.metadata?.instance?.id;
    if (id) this.#byInstance.getOrInsertComputed(id, () => new Set()).add(key);
  }

  remove({ metadata }: Pick<Hardware, "metadata">): void {
    const key = formatKey(metadata);
    const old = this.#hardware.get(key);
    if (old === undefined) return;
    this.#hardware.delete(key);
    for (const address of addressesOf(old)) forget(this.#byAddress, address, key);
    forget(this.#byInstance, old.spec?.metadata?.instance?.id ?? "", key);
  }

  byAddress(address: string): Lookup {
    return this.#lookup(this.#byAddress.get(address));
  }

  byInstanceId(id: string): Lookup {
    return this.#lookup(this.#byInstance.get(id));
  }

  #lookup(keys: ReadonlySet<string> | undefined): Lookup {
    const [first] = keys ?? [];
    const hardware = first === undefined ? undefined : this.#hardware.get(first);
    if (keys === undefined || hardware === undefined) return { found: "none" };
    return keys.size === 1 ? { found: "one", hardware } : { found: "several", names: [...keys].sort() };
  }
}

/** The addresses that its interfaces get by DHCP. */
function addressesOf({ spec }: Hardware): Set<string> {
  return new Set((spec?.interfaces ?? []).flatMap(({ dhcp }) => dhcp?.ip?.address || []));
}

function forget(index: Map<string, Set<string>>, value: string, key: string): void {
  const keys = index.get(value);
  keys?.delete(key);
  if (keys?.size === 0) index.delete(value);
}
