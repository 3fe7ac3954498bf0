// Which MAC is which Hardware's, for putting events on the right timeline.
import { formatKey, type Hardware, parseKey, type ResourceKey } from "@neverland/api";
import type { MachineLookup } from "@neverland/timeline/event-subject.ts";

export class MachineNames implements MachineLookup {
  /** By `namespace/name`: the MACs in their order. */
  readonly #macs = new Map<string, readonly string[]>();
  readonly #owners = new Map<string, Set<string>>();

  apply(all: readonly Hardware[]): void {
    this.#macs.clear();
    this.#owners.clear();
    for (const hardware of all) this.upsert(hardware);
  }

  upsert(hardware: Hardware): void {
    this.remove(hardware);
    const key = formatKey(hardware.metadata);
    const macs = (hardware.spec?.interfaces ?? []).flatMap(({ dhcp }) => dhcp?.mac?.toLowerCase() ?? []);
    this.#macs.set(key, macs);
    for (const mac of macs) this.#owners.getOrInsertComputed(mac, () => new Set()).add(key);
  }

  remove({ metadata }: Hardware): void {
    const key = formatKey(metadata);
    for (const mac of this.#macs.get(key) ?? []) {
      const owners = this.#owners.get(mac);
      owners?.delete(key);
      if (owners?.size === 0) this.#owners.delete(mac);
    }
    this.#macs.delete(key);
  }

  byMac(mac: string): ResourceKey | undefined {
    const [owner, ...others] = this.#owners.get(mac.toLowerCase()) ?? [];
    return owner === undefined || others.length > 0 ? undefined : parseKey(owner);
  }

  macOf(hardware: ResourceKey): string | undefined {
    return this.#macs.get(formatKey(hardware))?.[0];
  }
}
