// How many bytes of unfinished messages are held, of one caller and of all: who begins messages and ends none fills no memory.
import { GrpcError } from "./grpc-error.ts";

/** What one call holds. */
export type HeldBytes = {
  /** @throws {GrpcError} `resource-exhausted` when its caller, or all together, hold too much. */
  take(bytes: number): void;
  /** Gives back all it took. */
  release(): void;
};

export type FrameBudgetLimits = {
  readonly mostBytes: number;
  /** Not for addresses that many callers come through. */
  readonly mostBytesPerAddress: number;
};

export class FrameBudget {
  readonly #limits: FrameBudgetLimits;
  readonly #byAddress = new Map<string, number>();
  #all = 0;

  constructor(limits: FrameBudgetLimits) {
    this.#limits = limits;
  }

  of(address: string, isShared: boolean): HeldBytes {
    const { mostBytes, mostBytesPerAddress } = this.#limits;
    let own = 0;
    return {
      take: (bytes) => {
        const ofAddress = this.#heldBy(address) + bytes;
        if (this.#all + bytes > mostBytes || (!isShared && ofAddress > mostBytesPerAddress))
          throw new GrpcError(
            "resource-exhausted",
            `too much is held of messages that ${address} and others began and did not end; end them, then send this one again`,
          );
        this.#byAddress.set(address, ofAddress);
        this.#all += bytes;
        own += bytes;
      },
      release: () => {
        const left = this.#heldBy(address) - own;
        if (left > 0) this.#byAddress.set(address, left);
        else this.#byAddress.delete(address);
        this.#all -= own;
        own = 0;
      },
    };
  }

  #heldBy(address: string): number {
    return this.#byAddress.get(address) ?? 0;
  }
}
