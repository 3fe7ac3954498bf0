// All Hardware in memory, by everything that a machine is known by: what packets and requests read instead of the store.
import { formatKey, type ResourceKey } from "@neverland/api";
import { MultiIndex } from "@neverland/platform/collections/multi-index.ts";
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

type Identity = { readonly kind: IdentityKind; readonly value: string };
type Entry = {
  readonly hardware: KnownHardware;
  readonly cards: readonly MachineCard[];
  readonly identities: readonly Identity[];
};

const mostNames = 3;

/** Fed by a watch; every change is whole before the next packet is answered. A look-up and a change cost the same at any number. */
export class MachineIndex {
  readonly #entries = new MultiIndex<Entry>(({ identities }) => identities.map(idOf));

  get size(): number {
    return this.#entries.size;
  }

  /** @returns The record as it is known here. */
  get(key: ResourceKey): KnownHardware | undefined {
    return this.#entries.get(formatKey(key))?.hardware;
  }

  /** Forgets all but these, and knows them as they are now. */
  apply(all: readonly KnownHardware[]): void {
    this.#entries.clear();
    for (const hardware of all) this.upsert(hardware);
  }

  /** @returns What it claims that another had already, and did not claim before. */
  upsert(hardware: KnownHardware): DuplicateClaim[] {
    const entry = entryOf(hardware);
    const newcomer = formatKey(hardware.metadata);
    const before = this.#entries.put(newcomer, entry);
    const shared = entry.identities.filter((identity) => this.#entries.count(idOf(identity)) > 1);
    if (shared.length === 0) return [];
    const known = new Set(before?.identities.map(idOf));
    return shared
      .filter((identity) => !known.has(idOf(identity)))
      .map((identity) => ({ ...identity, names: namesOf(this.#entries.find(idOf(identity))), newcomer }));
  }

  remove({ metadata }: Pick<KnownHardware, "metadata">): void {
    this.#entries.delete(formatKey(metadata));
  }

  /** @param mac Lower case with colons. */
  byMac(mac: string): CardLookup {
    return oneCard(this.#entries.find(`mac ${mac}`), (card) => card.mac === mac);
  }

  /**
   * The card with this MAC, if no other record claims its MAC or its address: two machines with one address would fight for it, so that
   * neither gets it.
   */
  reservation(mac: string): CardLookup {
    const lookup = this.byMac(mac);
    if (lookup.found !== "one" || lookup.machine.address === undefined) return lookup;
    const holders = this.#entries.find(`ip ${lookup.machine.address}`);
    return holders.size > 1 ? { found: "several", names: namesOf(holders) } : lookup;
  }

  /** The card that gets this address by DHCP. */
  byIp(address: string): CardLookup {
    return oneCard(this.#entries.find(`ip ${address}`), (card) => card.address === address);
  }

  /** The machine that has this address, on whichever of its interfaces. */
  byAddress(address: string): HardwareLookup {
    return oneHardware(this.#entries.find(`ip ${address}`));
  }

  byInstanceId(id: string): HardwareLookup {
    return oneHardware(this.#entries.find(`instance id ${id}`));
  }

  /** @param agentID In any case: workers write MACs as they like. */
  byAgentId(agentID: string): HardwareLookup {
    return oneHardware(this.#entries.find(`agentID ${agentID.toLowerCase()}`));
  }
}

function entryOf(hardware: KnownHardware): Entry {
  const cards = cardsOf(hardware);
  const { agentID, interfaces, metadata } = hardware.spec ?? {};
  const identities: Identity[] = cards.map(({ mac }) => ({ kind: "mac", value: mac }));
  for (const { dhcp } of interfaces ?? [])
    if (dhcp?.ip?.address) identities.push({ kind: "ip", value: dhcp.ip.address });
  if (agentID) identities.push({ kind: "agentID", value: agentID.toLowerCase() });
  if (metadata?.instance?.id) identities.push({ kind: "instance id", value: metadata.instance.id });
  return { hardware, cards, identities };
}

function idOf({ kind, value }: Identity): string {
  return `${kind} ${value}`;
}

function oneCard(entries: ReadonlyMap<string, Entry>, isIt: (card: MachineCard) => boolean): CardLookup {
  const [entry] = entries.values();
  if (entries.size > 1) return { found: "several", names: namesOf(entries) };
  const machine = entry?.cards.find(isIt);
  return machine === undefined ? { found: "none" } : { found: "one", machine };
}

function oneHardware(entries: ReadonlyMap<string, Entry>): HardwareLookup {
  const [entry] = entries.values();
  if (entries.size > 1) return { found: "several", names: namesOf(entries) };
  return entry === undefined ? { found: "none" } : { found: "one", hardware: entry.hardware };
}

/** Enough to go on with: a mistake that all records share must not be a text of all their names at each packet. */
function namesOf(entries: ReadonlyMap<string, Entry>): string[] {
  const names = [...entries.keys().take(mostNames)];
  return entries.size > mostNames ? [...names, `${entries.size - mostNames} more`] : names;
}
