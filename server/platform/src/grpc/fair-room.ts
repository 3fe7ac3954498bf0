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

type Holder = { held: number; readonly lose: () => void };
/** Those that share one limit, the oldest first. */
type Pool = { readonly most: number; held: number; readonly holders: Set<Holder> };

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
    const network = `network ${networkOf(address)}`;
    let pools: readonly Pool[] = [];
    let over: GrpcError | undefined;
    const enter = (): void => {
      pools = this.#poolsOf(address, network, isShared);
      for (const pool of pools) pool.holders.add(holder);
    };
    const leave = (): void => {
      for (const pool of pools) {
        pool.holders.delete(holder);
        pool.held -= holder.held;
      }
      holder.held = 0;
      pools = [];
      for (const key of [address, network]) if (this.#some.get(key)?.holders.size === 0) this.#some.delete(key);
    };
    const end = (why: GrpcError): void => {
      over ??= why;
      leave();
    };
    const lose = (): void => {
      const why = new GrpcError("resource-exhausted", this.#madeRoom(address));
      end(why);
      onLost(why);
    };
    const add = (amount: number): void => {
      for (const pool of pools) pool.held += amount;
      holder.held += amount;
    };
    const take = (amount: number): void => {
      if (over === undefined && holder.held === 0) enter();
      for (const pool of pools) while (over === undefined && pool.held + amount > pool.most) loseOldest(pool);
      if (over !== undefined) throw over;
      add(amount);
    };
    const give = (amount: number): void => {
      if (over !== undefined) return;
      add(-amount);
      if (holder.held === 0) leave();
    };
    const holder: Holder = { held: 0, lose };
    return { take, give, close: () => end(isOver) };
  }

  #poolsOf(address: string, network: string, isShared: boolean): readonly Pool[] {
    const { mostPerNetwork, mostPerAddress } = this.#limits;
    return [...(isShared ? [] : [this.#pool(address, mostPerAddress)]), this.#pool(network, mostPerNetwork), this.#all];
  }

  #pool(key: string, most: number): Pool {
    return this.#some.getOrInsertComputed(key, () => emptyPool(most));
  }
}

function emptyPool(most: number): Pool {
  return { most, held: 0, holders: new Set() };
}

function loseOldest({ holders }: Pool): void {
  const [oldest] = holders;
  oldest?.lose();
}
