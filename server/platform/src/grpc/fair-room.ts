// Room of one sort that calls share, bytes or places: so much for one address, for its network, and for all. Where one of these has its
// share, whoever has held some of it for longest makes room. What is sent as one sends a message is over long before it is the oldest, so
// that whoever takes room and never gives it back, from however many addresses, keeps nobody out but itself.
import { networkOf } from "../network/plain-address.ts";
import { GrpcError } from "./grpc-error.ts";

/** What one call holds. Who holds nothing has nothing to lose, and is the newest when it takes some again. */
export type HeldRoom = {
  /** @throws {GrpcError} `resource-exhausted` when this call is the one that makes room, or has made it. */
  take(amount: number): void;
  give(amount: number): void;
  /** All of it, and for good. Once more is harmless. */
  close(): void;
};

export type RoomLimits = {
  readonly most: number;
  /** However many addresses somebody takes on one link, those elsewhere have as much left. */
  readonly mostPerNetwork: number;
  /** Not for addresses that many callers come through. */
  readonly mostPerAddress: number;
};

/** Those that share one limit, the oldest first. */
type Pool = { readonly most: number; held: number; readonly holders: Set<Holder> };

type Caller = {
  readonly address: string;
  readonly isShared: boolean;
  readonly onLost: (why: GrpcError) => void;
};

const isOver = new GrpcError("cancelled", "the call is over");

export class FairRoom {
  readonly #limits: RoomLimits;
  readonly #madeRoom: (address: string) => string;
  readonly #all: Pool;
  /** Only those that have holders. */
  readonly #some = new Map<string, Pool>();

  /** @param madeRoom What a call of this address is told that makes room. */
  constructor(limits: RoomLimits, madeRoom: (address: string) => string) {
    this.#limits = limits;
    this.#madeRoom = madeRoom;
    this.#all = emptyPool(limits.most);
  }

  /**
   * For one call.
   * @param onLost Called when it makes room, with what to tell its caller: it lets go what it holds. At most once, and not after `close`.
   */
  open(address: string, isShared: boolean, onLost: (why: GrpcError) => void): HeldRoom {
    return new Holder(this, { address, isShared, onLost });
  }

  /** Those that count what a caller holds. */
  poolsOf({ address, isShared }: Caller): readonly Pool[] {
    const { mostPerNetwork, mostPerAddress } = this.#limits;
    const network = this.#pool(networkKey(address), mostPerNetwork);
    return isShared ? [network, this.#all] : [this.#pool(address, mostPerAddress), network, this.#all];
  }

  /** A holder of this address has left its pools. */
  left(address: string): void {
    for (const key of [address, networkKey(address)])
      if (this.#some.get(key)?.holders.size === 0) this.#some.delete(key);
  }

  /** What a holder of this address is told that makes room. */
  whyLost(address: string): GrpcError {
    return new GrpcError("resource-exhausted", this.#madeRoom(address));
  }

  #pool(key: string, most: number): Pool {
    return this.#some.getOrInsertComputed(key, () => emptyPool(most));
  }
}

class Holder implements HeldRoom {
  readonly #room: FairRoom;
  readonly #caller: Caller;
  #held = 0;
  /** Only while it holds some. */
  #pools: readonly Pool[] = [];
  #over: GrpcError | undefined;

  constructor(room: FairRoom, caller: Caller) {
    this.#room = room;
    this.#caller = caller;
  }

  take(amount: number): void {
    if (this.#over === undefined && this.#held === 0) this.#enter();
    for (const pool of this.#pools) while (this.#over === undefined && pool.held + amount > pool.most) loseOldest(pool);
    if (this.#over !== undefined) throw this.#over;
    this.#add(amount);
  }

  give(amount: number): void {
    if (this.#over !== undefined) return;
    this.#add(-amount);
    if (this.#held === 0) this.#leave();
  }

  close(): void {
    this.#end(isOver);
  }

  lose(): void {
    const why = this.#room.whyLost(this.#caller.address);
    this.#end(why);
    this.#caller.onLost(why);
  }

  #add(amount: number): void {
    for (const pool of this.#pools) pool.held += amount;
    this.#held += amount;
  }

  #enter(): void {
    this.#pools = this.#room.poolsOf(this.#caller);
    for (const pool of this.#pools) pool.holders.add(this);
  }

  #leave(): void {
    for (const pool of this.#pools) {
      pool.holders.delete(this);
      pool.held -= this.#held;
    }
    this.#held = 0;
    this.#pools = [];
    this.#room.left(this.#caller.address);
  }

  #end(why: GrpcError): void {
    if (this.#over !== undefined) return;
    this.#over = why;
    this.#leave();
  }
}

function networkKey(address: string): string {
  return `network ${networkOf(address)}`;
}

function emptyPool(most: number): Pool {
  return { most, held: 0, holders: new Set() };
}

function loseOldest({ holders }: Pool): void {
  const [oldest] = holders;
  oldest?.lose();
}
