// All machines in memory, found by MAC or IP address: what DHCP, TFTP and HTTP read instead of the store.
import { type Ipv4Address, type MacAddress, parseIpv4, parseMac } from "@neverland/protocols";
import type { BootHardware, BootInterface } from "./boot-hardware.ts";

/** One network card of one Hardware. */
export interface BootMachine {
  /** `namespace/name` of the Hardware. */
  readonly key: string;
  readonly mac: MacAddress;
  /** The reserved address; undefined when there is none, or it is no IPv4 address. */
  readonly address: Ipv4Address | undefined;
  readonly hardware: BootHardware;
  readonly card: BootInterface;
}

export type MachineLookup =
  | { readonly found: "one"; readonly machine: BootMachine }
  | { readonly found: "none" }
  /** Several records claim the key: nobody is answered until they are put right. */
  | { readonly found: "several"; readonly names: readonly string[] };

/** Two records that cannot both be right. */
export interface DuplicateClaim {
  readonly kind: "mac" | "ip";
  readonly value: string;
  readonly names: readonly string[];
}

type Claims = Map<string, BootMachine[]>;

/** Fed by a watch; every change is whole before the next packet is answered. */
export class HardwareIndex {
  readonly #onDuplicate: (claim: DuplicateClaim) => void;
  readonly #machines = new Map<string, readonly BootMachine[]>();
  readonly #byMac: Claims = new Map();
  readonly #byIp: Claims = new Map();

  constructor(onDuplicate: (claim: DuplicateClaim) => void) {
    this.#onDuplicate = onDuplicate;
  }

  /** Replaces everything, as after a fresh list. */
  apply(hardware: readonly BootHardware[]): void {
    const kept = new Set(hardware.map(keyOf));
    for (const key of [...this.#machines.keys()].filter((old) => !kept.has(old))) this.#forget(key);
    for (const one of hardware) this.upsert(one);
  }

  upsert(hardware: BootHardware): void {
    const key = keyOf(hardware);
    this.#forget(key);
    const machines = machinesOf(key, hardware);
    this.#machines.set(key, machines);
    for (const machine of machines) {
      this.#claim("mac", this.#byMac, machine.mac, machine);
      if (machine.address !== undefined) this.#claim("ip", this.#byIp, machine.address, machine);
    }
  }

  remove(hardware: BootHardware): void {
    this.#forget(keyOf(hardware));
  }

  byMac(mac: MacAddress): MachineLookup {
    return lookup(this.#byMac, mac);
  }

  byIp(address: string): MachineLookup {
    return lookup(this.#byIp, address);
  }

  #claim(kind: "mac" | "ip", claims: Claims, value: string, machine: BootMachine): void {
    const claimants = [...(claims.get(value) ?? []), machine];
    claims.set(value, claimants);
    if (claimants.length > 1) this.#onDuplicate({ kind, value, names: claimants.map(({ key }) => key) });
  }

  #forget(key: string): void {
    for (const machine of this.#machines.get(key) ?? []) {
      unclaim(this.#byMac, machine.mac, machine);
      if (machine.address !== undefined) unclaim(this.#byIp, machine.address, machine);
    }
    this.#machines.delete(key);
  }
}

function keyOf({ metadata }: BootHardware): string {
  return `${metadata.namespace ?? "default"}/${metadata.name ?? ""}`;
}

function machinesOf(key: string, hardware: BootHardware): BootMachine[] {
  const machines: BootMachine[] = [];
  for (const card of hardware.spec?.interfaces ?? []) {
    const mac = parseMac(card.dhcp?.mac ?? "");
    if (mac !== undefined)
      machines.push({ key, mac, address: parseIpv4(card.dhcp?.ip?.address ?? ""), hardware, card });
  }
  return machines;
}

function unclaim(claims: Claims, value: string, machine: BootMachine): void {
  const left = (claims.get(value) ?? []).filter((claimant) => claimant !== machine);
  if (left.length > 0) claims.set(value, left);
  else claims.delete(value);
}

function lookup(claims: Claims, value: string): MachineLookup {
  const claimants = claims.get(value) ?? [];
  const [machine] = claimants;
  if (machine === undefined) return { found: "none" };
  if (claimants.length > 1) return { found: "several", names: claimants.map(({ key }) => key) };
  return { found: "one", machine };
}
