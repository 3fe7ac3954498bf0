// How much is held of calls that have not come whole: of one address, of its network, and of all. Where one of these has its share, its
// oldest call makes room. What is sent as one sends a message is whole long before it is the oldest, so that whoever begins messages and
// ends none, from however many addresses, keeps nobody out but itself.
import { networkOf } from "../network/plain-address.ts";
import { GrpcError } from "./grpc-error.ts";

/** What one call holds, from its beginning until it has come whole. */
export type HeldBytes = {
  /** @throws {GrpcError} `resource-exhausted` when this call is the one that makes room, or has made it. */
  take(bytes: number): void;
  give(bytes: number): void;
  /** It has come whole, or is over. Once more is harmless. */
  close(): void;
};

export type FrameBudgetLimits = {
  readonly mostBytes: number;
  /** However many addresses somebody takes on one link, those elsewhere have as much left. */
  readonly mostBytesPerNetwork: number;
  /** Not for addresses that many callers come through. */
  readonly mostBytesPerAddress: number;
};

type Call = { bytes: number; readonly lose: () => void };
/** Those that share one limit, the oldest first. */
type Pool = { readonly mostBytes: number; bytes: number; readonly calls: Set<Call> };

const isOver = new GrpcError("cancelled", "the call is over");

export class FrameBudget {
  readonly #limits: FrameBudgetLimits;
  readonly #all: Pool;
  /** Only those that have calls. */
  readonly #some = new Map<string, Pool>();

  constructor(limits: FrameBudgetLimits) {
    this.#limits = limits;
    this.#all = emptyPool(limits.mostBytes);
  }

  /**
   * A call begins.
   * @param onLost Called when it makes room, with what to tell its caller: it lets go what it holds. At most once, and not after `close`.
   */
  open(address: string, isShared: boolean, onLost: (why: GrpcError) => void): HeldBytes {
    const { mostBytesPerNetwork, mostBytesPerAddress } = this.#limits;
    const network = `network ${networkOf(address)}`;
    const pools = [
      ...(isShared ? [] : [this.#pool(address, mostBytesPerAddress)]),
      this.#pool(network, mostBytesPerNetwork),
      this.#all,
    ];
    let over: GrpcError | undefined;
    const end = (why: GrpcError): void => {
      if (over !== undefined) return;
      over = why;
      for (const pool of pools) {
        pool.calls.delete(call);
        pool.bytes -= call.bytes;
      }
      for (const key of [address, network]) if (this.#some.get(key)?.calls.size === 0) this.#some.delete(key);
    };
    const lose = (): void => {
      const why = madeRoom(address);
      end(why);
      onLost(why);
    };
    const add = (bytes: number): void => {
      for (const pool of pools) pool.bytes += bytes;
      call.bytes += bytes;
    };
    const take = (bytes: number): void => {
      for (const pool of pools) while (over === undefined && pool.bytes + bytes > pool.mostBytes) loseOldest(pool);
      if (over !== undefined) throw over;
      add(bytes);
    };
    const give = (bytes: number): void => {
      if (over === undefined) add(-bytes);
    };
    const call: Call = { bytes: 0, lose };
    for (const pool of pools) pool.calls.add(call);
    return { take, give, close: () => end(isOver) };
  }

  #pool(key: string, mostBytes: number): Pool {
    return this.#some.getOrInsertComputed(key, () => emptyPool(mostBytes));
  }
}

function emptyPool(mostBytes: number): Pool {
  return { mostBytes, bytes: 0, calls: new Set() };
}

function loseOldest({ calls }: Pool): void {
  const [oldest] = calls;
  oldest?.lose();
}

function madeRoom(address: string): GrpcError {
  const what = `a call of ${address}'s did not come whole while newer ones needed its room, and was given up`;
  return new GrpcError("resource-exhausted", `${what}; end the messages that were begun, then send this one again`);
}
