// Who reads, who waits in line for a slot, and who gives way when there are too many. What a call costs does not grow with how many there are.

/** A client's read, from its request to its end. */
export interface SlotHolder {
  readonly owner: TransferOwner;
  /** When it came. */
  readonly sinceMs: number;
  /** When its client last said something. */
  readonly lastHeardMs: number;
  /** Ends it. @param why For its machine's timeline. */
  giveWay(why: string): void;
}

export interface TransferLimits {
  /** That read at once, over all machines. */
  readonly most: number;
  /** That wait in line. */
  readonly mostWaiting: number;
  /** Of both. Firmware reads one file at a time, and may have left some behind. */
  readonly mostOfMachine: number;
  /** Of both. One address may ask in many machines' names: behind a NAT gateway it is many machines'. */
  readonly mostOfAddress: number;
}

/** A client's address and port as one number. */
export type ClientKey = number;

/** Whose a transfer is. */
export interface TransferOwner {
  readonly machine: string;
  readonly address: string;
  /** Whether that is the machine's: from others anyone can ask in its name. */
  readonly isItsAddress: boolean;
}

/** Whether a client reads now, waits, or has no place, and because of what. */
export type Entered = "reads" | "waits" | "too many of its machine" | "too many of its address" | "too many";

/** Who has said nothing for so long may have been switched off, or made up. */
const silentMs = 3000;
/** Who reads takes seconds, and in a full hall a minute; who only acknowledges now and then would go on for ever. */
const longMs = 120_000;
/** A place in the line: firmware asks again and again for about 20 s, and then gives up by itself. */
const longestWaitMs = 30_000;

export class TransferSlots<Holder extends SlotHolder> {
  readonly #limits: TransferLimits;
  /** The one that came, or was replaced, longest ago first. */
  readonly #reading = new Map<ClientKey, Holder>();
  /** The one heard longest ago first. */
  readonly #quietest = new Set<ClientKey>();
  readonly #waiting = new Map<ClientKey, Holder>();
  /** Those that read and wait, by machine and by address. */
  readonly #clientsOf = new Map<string, Set<ClientKey>>();

  constructor(limits: TransferLimits) {
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.#reading.size === 0 && this.#waiting.size === 0;
  }

  get isLine(): boolean {
    return this.#waiting.size > 0;
  }

  get(client: ClientKey): Holder | undefined {
    return this.#reading.get(client) ?? this.#waiting.get(client);
  }

  /** Those that read. */
  reading(): Holder[] {
    return [...this.#reading.values()];
  }

  /**
   * Takes one more, which may be in the place of the same client's last. Its machine's that was heard longest ago gives way to it where there
   * are too many, those from the machine's own address last, and to others only where silent; and its address's where that one was silent.
   */
  enter(client: ClientKey, holder: Holder, nowMs: number): Entered {
    this.leave(client);
    const { mostOfMachine, mostOfAddress, mostWaiting } = this.#limits;
    const [ofMachine, ofAddress] = keysOf(holder.owner).map((key) => this.#clientsOf.get(key));
    if (ofMachine !== undefined && ofMachine.size >= mostOfMachine) {
      const others = [...ofMachine].filter((one) => this.get(one)?.owner.isItsAddress === false);
      const quietest = this.#quietestOf(others.length > 0 ? others : ofMachine);
      const mayEnd = others.length > 0 || holder.owner.isItsAddress;
      if (!mayEnd && !this.#isSilent(quietest, nowMs)) return "too many of its machine";
      this.#end(quietest, "the machine reads too many files at once");
    }
    if (ofAddress !== undefined && ofAddress.size >= mostOfAddress) {
      const quietest = this.#quietestOf(ofAddress);
      if (!this.#isSilent(quietest, nowMs)) return "too many of its address";
      this.#end(quietest, "its address reads too many files at once");
    }
    const reads = this.#waiting.size === 0 && this.#makeRoom(nowMs);
    if (!reads && this.#waiting.size >= mostWaiting) return "too many";
    this.#put(client, holder, reads);
    return reads ? "reads" : "waits";
  }

  /** Of a client that reads. */
  heard(client: ClientKey): void {
    if (this.#quietest.delete(client)) this.#quietest.add(client);
  }

  /** @param holder Only if it is still this one. */
  leave(client: ClientKey, holder?: Holder): void {
    const found = this.get(client);
    if (found === undefined || (holder !== undefined && found !== holder)) return;
    this.#reading.delete(client);
    this.#quietest.delete(client);
    this.#waiting.delete(client);
    for (const key of keysOf(found.owner)) {
      const clients = this.#clientsOf.get(key);
      clients?.delete(client);
      if (clients?.size === 0) this.#clientsOf.delete(key);
    }
  }

  /** Gives the first in line a slot. @returns Undefined when there is no room yet, or nobody waits. */
  admit(nowMs: number): Holder | undefined {
    const [first] = this.#waiting;
    if (first === undefined || !this.#makeRoom(nowMs)) return undefined;
    const [client, holder] = first;
    this.leave(client);
    this.#put(client, holder, true);
    return holder;
  }

  /** Takes the first in line away when it has waited for too long. */
  dismiss(nowMs: number): Holder | undefined {
    const [first] = this.#waiting;
    if (first === undefined || nowMs - first[1].sinceMs < longestWaitMs) return undefined;
    this.leave(first[0]);
    return first[1];
  }

  /** Nobody waits any more. */
  endLine(): void {
    for (const client of this.#waiting.keys()) this.leave(client);
  }

  #put(client: ClientKey, holder: Holder, reads: boolean): void {
    if (reads) this.#quietest.add(client);
    (reads ? this.#reading : this.#waiting).set(client, holder);
    for (const key of keysOf(holder.owner)) this.#clientsOf.getOrInsertComputed(key, () => new Set()).add(client);
  }

  /** For one: the one heard longest ago goes when it was silent; else the one that has gone on for longest, if that is long. */
  #makeRoom(nowMs: number): boolean {
    if (this.#reading.size < this.#limits.most) return true;
    const [quietest] = this.#quietest;
    if (this.#isSilent(quietest, nowMs)) return this.#end(quietest, "its client was silent, and others waited");
    const [oldest] = this.#reading;
    if (oldest === undefined || nowMs - oldest[1].sinceMs < longMs) return false;
    return this.#end(oldest[0], "it took very long, and others waited");
  }

  #isSilent(client: ClientKey | undefined, nowMs: number): boolean {
    const holder = client === undefined ? undefined : this.get(client);
    return holder !== undefined && nowMs - holder.lastHeardMs >= silentMs;
  }

  /** Of a machine or an address, which has few. */
  #quietestOf(clients: Iterable<ClientKey>): ClientKey | undefined {
    let found: ClientKey | undefined;
    let foundMs = Number.POSITIVE_INFINITY;
    for (const client of clients) {
      const heardMs = this.get(client)?.lastHeardMs ?? foundMs;
      if (heardMs < foundMs) [found, foundMs] = [client, heardMs];
    }
    return found;
  }

  #end(client: ClientKey | undefined, why: string): true {
    const holder = client === undefined ? undefined : this.get(client);
    if (client !== undefined) this.leave(client);
    holder?.giveWay(why);
    return true;
  }
}

function keysOf({ machine, address }: TransferOwner): [string, string] {
  return [`machine ${machine}`, `address ${address}`];
}
