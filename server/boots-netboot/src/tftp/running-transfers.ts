// The transfers that run, and which of them gives way when there are too many.

export interface RunningTransfer {
  /** When the client last acknowledged something, or the transfer began. */
  readonly lastHeardMs: number;
  /** Ends it. @param why For its machine's timeline. */
  giveWay(why: string): void;
}

export interface TransferLimits {
  /** Over all machines. */
  readonly most: number;
  /** Firmware reads one file at a time, and may have left some behind. */
  readonly mostOfMachine: number;
}

/** Who has said nothing for so long may have been switched off, or made up. */
const silentMs = 3000;

export class RunningTransfers<Transfer extends RunningTransfer> {
  readonly #limits: TransferLimits;
  /** By the client's address and port. */
  readonly #byClient = new Map<string, { readonly machine: string; readonly transfer: Transfer }>();
  readonly #clientsOf = new Map<string, Set<string>>();

  constructor(limits: TransferLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#byClient.size;
  }

  values(): Transfer[] {
    return Array.from(this.#byClient.values(), ({ transfer }) => transfer);
  }

  get(client: string): Transfer | undefined {
    return this.#byClient.get(client)?.transfer;
  }

  add(client: string, machine: string, transfer: Transfer): void {
    this.delete(client);
    this.#byClient.set(client, { machine, transfer });
    this.#clientsOf.getOrInsertComputed(machine, () => new Set()).add(client);
  }

  /** @param transfer Only if it is still this one. */
  delete(client: string, transfer?: Transfer): void {
    const entry = this.#byClient.get(client);
    if (entry === undefined || (transfer !== undefined && entry.transfer !== transfer)) return;
    this.#byClient.delete(client);
    const clients = this.#clientsOf.get(entry.machine);
    clients?.delete(client);
    if (clients?.size === 0) this.#clientsOf.delete(entry.machine);
  }

  /**
   * Makes room for one more of this machine's: its own that was acknowledged longest ago gives way, or, when there are too many in all,
   * the one of all, unless its client was heard a moment ago.
   * @returns False when there is no room.
   */
  makeRoom(machine: string, nowMs: number): boolean {
    const { most, mostOfMachine } = this.#limits;
    const own = this.#clientsOf.get(machine);
    if (own !== undefined && own.size >= mostOfMachine)
      return this.#end(this.#quietest(own), "the machine reads too many files at once");
    if (this.#byClient.size < most) return true;
    const quietest = this.#quietest(this.#byClient.keys());
    if (quietest === undefined || nowMs - quietest.transfer.lastHeardMs < silentMs) return false;
    return this.#end(quietest, "its client was silent, and others waited");
  }

  #quietest(clients: Iterable<string>): { client: string; transfer: Transfer } | undefined {
    let found: { client: string; transfer: Transfer } | undefined;
    for (const client of clients) {
      const transfer = this.get(client);
      if (transfer !== undefined && (found === undefined || transfer.lastHeardMs < found.transfer.lastHeardMs))
        found = { client, transfer };
    }
    return found;
  }

  #end(which: { client: string; transfer: Transfer } | undefined, why: string): true {
    if (which !== undefined) this.delete(which.client);
    which?.transfer.giveWay(why);
    return true;
  }
}
