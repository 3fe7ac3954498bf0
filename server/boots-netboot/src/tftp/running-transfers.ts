// The transfers that run, and which of them gives way when there are too many.

export interface RunningTransfer {
  /** When the client last acknowledged something, or the transfer began. */
  readonly lastHeardMs: number;
  readonly beganMs: number;
  /** Ends it. @param why For its machine's timeline. */
  giveWay(why: string): void;
}

export interface TransferLimits {
  /** Over all machines. */
  readonly most: number;
  /** Firmware reads one file at a time, and may have left some behind. */
  readonly mostOfMachine: number;
  /** One address may ask in many machines' names: behind a NAT gateway it is many machines'. */
  readonly mostOfAddress: number;
}

/** A client's address and port as one number. */
export type ClientKey = number;

/** Whose a transfer is. */
export interface TransferOwner {
  readonly machine: string;
  readonly address: string;
}

/** Who has said nothing for so long may have been switched off, or made up. */
const silentMs = 3000;
/** Who reads takes seconds, and in a full hall a minute; who only acknowledges now and then would go on for ever. */
const longMs = 120_000;

export class RunningTransfers<Transfer extends RunningTransfer> {
  readonly #limits: TransferLimits;
  readonly #byClient = new Map<ClientKey, TransferOwner & { readonly transfer: Transfer }>();
  /** By machine and by address. */
  readonly #clientsOf = new Map<string, Set<ClientKey>>();

  constructor(limits: TransferLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#byClient.size;
  }

  values(): Transfer[] {
    return Array.from(this.#byClient.values(), ({ transfer }) => transfer);
  }

  get(client: ClientKey): Transfer | undefined {
    return this.#byClient.get(client)?.transfer;
  }

  add(client: ClientKey, owner: TransferOwner, transfer: Transfer): void {
    this.delete(client);
    this.#byClient.set(client, { ...owner, transfer });
    for (const key of keysOf(owner)) this.#clientsOf.getOrInsertComputed(key, () => new Set()).add(client);
  }

  /** @param transfer Only if it is still this one. */
  delete(client: ClientKey, transfer?: Transfer): void {
    const entry = this.#byClient.get(client);
    if (entry === undefined || (transfer !== undefined && entry.transfer !== transfer)) return;
    this.#byClient.delete(client);
    for (const key of keysOf(entry)) {
      const clients = this.#clientsOf.get(key);
      clients?.delete(client);
      if (clients?.size === 0) this.#clientsOf.delete(key);
    }
  }

  /**
   * Makes room for one more of this owner's: its machine's that was acknowledged longest ago gives way, or its address's, or, when there are
   * too many in all, the one of all, unless its client was heard a moment ago; then the one that has gone on for longest, if that is long.
   * @returns False when there is no room.
   */
  makeRoom(owner: TransferOwner, nowMs: number): boolean {
    const { most, mostOfMachine, mostOfAddress } = this.#limits;
    const [ofMachine, ofAddress] = keysOf(owner).map((key) => this.#clientsOf.get(key) ?? new Set<ClientKey>());
    if (ofMachine !== undefined && ofMachine.size >= mostOfMachine)
      return this.#end(this.#quietest(ofMachine), "the machine reads too many files at once");
    if (ofAddress !== undefined && ofAddress.size >= mostOfAddress)
      return this.#end(this.#quietest(ofAddress), "its address reads too many files at once");
    if (this.#byClient.size < most) return true;
    const quietest = this.#quietest(this.#byClient.keys());
    if (quietest !== undefined && nowMs - quietest.transfer.lastHeardMs >= silentMs)
      return this.#end(quietest, "its client was silent, and others waited");
    const [oldest] = this.#byClient;
    if (oldest === undefined || nowMs - oldest[1].transfer.beganMs < longMs) return false;
    return this.#end({ client: oldest[0], transfer: oldest[1].transfer }, "it took very long, and others waited");
  }

  #quietest(clients: Iterable<ClientKey>): { client: ClientKey; transfer: Transfer } | undefined {
    let found: { client: ClientKey; transfer: Transfer } | undefined;
    for (const client of clients) {
      const transfer = this.get(client);
      if (transfer !== undefined && (found === undefined || transfer.lastHeardMs < found.transfer.lastHeardMs))
        found = { client, transfer };
    }
    return found;
  }

  #end(which: { client: ClientKey; transfer: Transfer } | undefined, why: string): true {
    if (which !== undefined) this.delete(which.client);
    which?.transfer.giveWay(why);
    return true;
  }
}

function keysOf({ machine, address }: TransferOwner): [string, string] {
  return [`machine ${machine}`, `address ${address}`];
}
