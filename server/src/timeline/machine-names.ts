// Which Hardware a MAC belongs to, and the other way round, in memory, kept by a watch.
import { formatKey, type Hardware, parseKey, type ResourceKey } from "@neverland/api";
import type { MachineLookup } from "./event-subject.ts";

export class MachineNames implements MachineLookup {
  readonly #macs = new Map<string, readonly string[]>();
  readonly #names = new Map<string, Set<string>>();

  /** Replaces everything, as after a fresh list. */
  apply(hardware: readonly Hardware[]): void {
    this.#macs.clear();
    this.#names.clear();
    for (const one of hardware) this.set(one);
  }

  set(hardware: Hardware): void {
    this.delete(hardware);
    const key = formatKey(hardware.metadata);
    const macs = (hardware.spec?.interfaces ?? []).flatMap(({ dhcp }) => dhcp?.mac?.toLowerCase() || []);
    this.#macs.set(key, macs);
    for (const mac of macs) this.#names.getOrInsertComputed(mac, () => new Set()).add(key);
  }

  delete({ metadata }: Pick<Hardware, "metadata">): void {
    const key = formatKey(metadata);
    for (const mac of this.#macs.get(key) ?? []) {
      const names = this.#names.get(mac);
      names?.delete(key);
      if (names?.size === 0) this.#names.delete(mac);
    }
    this.#macs.delete(key);
  }

  byMac(mac: string): ResourceKey | undefined {
    const [name, ...others] = this.#names.get(mac.toLowerCase()) ?? [];
    return name === undefined || others.length > 0 ? undefined : parseKey(name);
  }

  macOf(hardware: ResourceKey): string | undefined {
    return this.#macs.get(formatKey(hardware))?.[0];
  }
}
