// What is looked up of a machine: each of its network cards, with addresses read once and not at each packet.
import { formatKey, type Hardware, type HardwareInterface, type HardwareSpec } from "@neverland/api";
import { type Ipv4Address, type MacAddress, parseIpv4, parseMac } from "@neverland/protocols";

/** The part of a Hardware that is read from memory; tests leave the rest out. */
export interface KnownHardware {
  readonly metadata: Pick<Hardware["metadata"], "namespace" | "name"> & { readonly resourceVersion?: string };
  readonly spec?: HardwareSpec;
}

/** One network card of one Hardware. Shared by all who look it up: nobody changes it. */
export interface MachineCard {
  /** `namespace/name` of the Hardware. */
  readonly key: string;
  readonly mac: MacAddress;
  /** The reserved address; undefined when there is none, or it is no IPv4 address. */
  readonly address: Ipv4Address | undefined;
  readonly hardware: KnownHardware;
  readonly card: HardwareInterface;
}

export type DhcpReservation = NonNullable<HardwareInterface["dhcp"]>;
export type NetbootSettings = NonNullable<HardwareInterface["netboot"]>;

/** The cards that have a MAC, in their order. */
export function cardsOf(hardware: KnownHardware): MachineCard[] {
  const key = formatKey(hardware.metadata);
  const cards: MachineCard[] = [];
  for (const card of hardware.spec?.interfaces ?? []) {
    const mac = parseMac(card.dhcp?.mac ?? "");
    const address = parseIpv4(card.dhcp?.ip?.address ?? "");
    if (mac !== undefined) cards.push({ key, mac, address, hardware, card });
  }
  return cards;
}
