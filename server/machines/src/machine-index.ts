// All Hardware in memory, by everything that a machine is known by: what packets and requests read instead of the store.
import { agentKey, formatKey, type ResourceKey } from "@neverland/api";
import { Holders } from "@neverland/platform/collections/holders.ts";
import { KeyMap } from "@neverland/platform/collections/key-map.ts";
import { plainAddress } from "@neverland/platform/network/plain-address.ts";
import { parseMac } from "@neverland/protocols";
import { cardsOf, type KnownHardware, type MachineCard } from "./machine-card.ts";

export type NotOne =
  | { readonly found: "none" }
  /** `namespace/name` of each record that claims it: nobody is answered until they are put right. */
  | { readonly found: "several"; readonly names: readonly string[] };
export type CardLookup = { readonly found: "one"; readonly machine: MachineCard } | NotOne;
export type HardwareLookup = { readonly found: "one"; readonly hardware: KnownHardware } | NotOne;

/** What a machine is known by. No two records may have the same. */
export type IdentityKind = "mac" | "ip" | "agentID" | "instance id";

/** Records that cannot all be right. */
export interface DuplicateClaim {
  readonly kind: IdentityKind;
  readonly value: string;
  /** `namespace/name`; the one that came last to it is not among them when there are many. */
  readonly names: readonly string[];
  /** `namespace/name` of the one that came last to it. */
  readonly newcomer: string;
}

/** Is told of each change of a record, in their order. */
export type IndexFollower = {
  upserted(hardware: KnownHardware): void;
  removed(key: ResourceKey): void;
};

type Identity = { readonly kind: IdentityKind; readonly value: string };

const mostNames = 3;

/** A record, and its cards once somebody has asked for them: of a hall that starts, few have. */
class Machine {
  readonly hardware: KnownHardware;
  #cards: readonly MachineCard[] | undefined;

  constructor(hardware: KnownHardware) {
    this.hardware = hardware;
  }

  get cards(): readonly MachineCard[] {
    this.#cards ??= cardsOf(this.hardware);
    return this.#cards;
  }
}

/** Fed by a watch; every change is whole before the next packet is answered. A look-up and a change cost the same at any number. */
export class MachineIndex {
  readonly #machines = new KeyMap<Machine>();
  readonly #holders: Readonly<Record<IdentityKind, Holders<Machine>>> = {
    mac: new Holders(),
    ip: new Holders(),
    agentID: new Holders(),
    "instance id": new Holders(),
  };

  readonly #followers = new Set<IndexFollower>();

  get size(): number {
    return this.#machines.size;
  }

  /** @returns The record as it is known here. */
  get(key: ResourceKey): KnownHardware | undefined {
    return this.#machines.get(key)?.hardware;
  }

  /** What is known now, and what changes while it is read. */
  *records(): Iterable<KnownHardware> {
    for (const { hardware } of this.#machines.values()) yield hardware;
  }

  /** @returns Ends it. */
  follow(follower: IndexFollower): () => void {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }

  /** Forgets all but these, and knows them as they are now. */
  apply(all: readonly KnownHardware[]): void {
    for (const { metadata } of [...this.records()]) this.remove({ metadata });
    for (const hardware of all) this.upsert(hardware);
  }

  /** A record that cannot be read leaves the one before it in place. @returns What it claims that another had already, and did not claim before. */
  upsert(hardware: KnownHardware): DuplicateClaim[] {
    const identities = identitiesOf(hardware);
    const machine = new Machine(hardware);
    for (const follower of this.#followers) follower.upserted(hardware);
    const before = this.#machines.set(hardware.metadata, machine);
    const brought = identities.filter(({ kind, value }) => !before || !this.#holders[kind].has(value, before));
    if (before !== undefined) this.#leave(before);
    for (const { kind, value } of identities) this.#holders[kind].add(value, machine);
    const claims: DuplicateClaim[] = [];
    for (const { kind, value } of brought) {
      const holders = this.#holders[kind];
      if (holders.count(value) > 1)
        claims.push({ kind, value, names: namesOf(holders, value), newcomer: formatKey(hardware.metadata) });
    }
    return claims;
  }

  remove({ metadata }: Pick<KnownHardware, "metadata">): void {
    const before = this.#machines.delete(metadata);
    if (before === undefined) return;
    this.#leave(before);
    for (const follower of this.#followers) follower.removed(metadata);
  }

  /** @param mac Lower case with colons. */
  byMac(mac: string): CardLookup {
    return this.#card("mac", mac, (card) => card.mac === mac);
  }

  /**
   * The card with this MAC, if no other record claims its MAC or its address: two machines with one address would fight for it, so that
   * neither gets it.
   */
  reservation(mac: string): CardLookup {
    const lookup = this.byMac(mac);
    if (lookup.found !== "one" || lookup.machine.address === undefined) return lookup;
    const { address } = lookup.machine;
    const { ip } = this.#holders;
    return ip.count(address) > 1 ? { found: "several", names: namesOf(ip, address) } : lookup;
  }

  /** The card that gets this address by DHCP. */
  byIp(address: string): CardLookup {
    return this.#card("ip", address, (card) => card.address === address);
  }

  /** The machine that has this address, on whichever of its interfaces. @param address As `plainAddress` spells it. */
  byAddress(address: string): HardwareLookup {
    return this.#hardware("ip", address);
  }

  byInstanceId(id: string): HardwareLookup {
    return this.#hardware("instance id", id);
  }

  /** @param agentID In any spelling: workers write MACs as they like. */
  byAgentId(agentID: string): HardwareLookup {
    return this.#hardware("agentID", agentKey(agentID));
  }

  #leave(machine: Machine): void {
    for (const { kind, value } of identitiesOf(machine.hardware)) this.#holders[kind].delete(value, machine);
  }

  #card(kind: IdentityKind, value: string, isIt: (card: MachineCard) => boolean): CardLookup {
    const only = onlyOne(this.#holders[kind], value);
    if (!(only instanceof Machine)) return only;
    const machine = only.cards.find(isIt);
    return machine === undefined ? { found: "none" } : { found: "one", machine };
  }

  #hardware(kind: IdentityKind, value: string): HardwareLookup {
    const only = onlyOne(this.#holders[kind], value);
    return only instanceof Machine ? { found: "one", hardware: only.hardware } : only;
  }
}

/** @throws {TypeError} For what no schema accepts: nobody is to meet it at a look-up. */
function identitiesOf({ spec = {} }: KnownHardware): Identity[] {
  const identities: Identity[] = [];
  const add = (kind: IdentityKind, value: unknown): void => {
    if (value === undefined || value === "") return;
    if (typeof value !== "string") throw new TypeError(`${kind} is no text`);
    identities.push({ kind, value });
  };
  for (const { dhcp } of spec.interfaces ?? []) {
    add("mac", parseMac(dhcp?.mac ?? ""));
    const address: unknown = dhcp?.ip?.address;
    add("ip", typeof address === "string" ? plainAddress(address) : address);
  }
  add("agentID", spec.agentID == null ? undefined : agentKey(spec.agentID));
  add("instance id", spec.metadata?.instance?.id);
  return identities;
}

function onlyOne(holders: Holders<Machine>, value: string): Machine | NotOne {
  const [machine, another] = holders.first(value, 2);
  if (another !== undefined) return { found: "several", names: namesOf(holders, value) };
  return machine ?? { found: "none" };
}

/** Enough to go on with: a mistake that all records share must not be a text of all their names at each packet. */
function namesOf(holders: Holders<Machine>, value: string): string[] {
  const names = holders.first(value, mostNames).map(({ hardware }) => formatKey(hardware.metadata));
  const more = holders.count(value) - names.length;
  return more > 0 ? [...names, `${more} more`] : names;
}
