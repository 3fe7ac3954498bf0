// How many connections a port holds. When there are too many, the one that has been idle for longest makes room, or where none is idle the
// oldest of the address that has the most: whoever only holds connections open, or takes answers it does not read, keeps nobody out.
import { readFileSync } from "node:fs";
import { BySize } from "../collections/by-size.ts";

export type ConnectionLimits = {
  readonly most: number;
  /** Of one address; shared addresses have no limit of their own. */
  readonly mostPerAddress: number;
};

/** One connection was closed because there were too many. */
export type Crowding = {
  /** Where it is one address that has too many. */
  readonly address: string | undefined;
  /** One sentence. */
  readonly message: string;
};

export type ConnectionRules = {
  readonly limits: ConnectionLimits;
  /** Whether many callers may come through this address: a proxy, or this machine itself. */
  readonly isShared: (address: string) => boolean;
  readonly onCrowded: (crowding: Crowding) => void;
};

/** One connection that is held: itself, and not what it is known by, which the next one may have again before this one's end is told. */
export type HeldConnection = { readonly address: string; readonly close: () => void; calls: number };
/** Each the oldest first. */
class Peer {
  readonly all = new Set<HeldConnection>();
  readonly idle = new Set<HeldConnection>();
  get size(): number {
    return this.all.size;
  }
}

/** For logs, the database, and whoever is to find out what is wrong. */
const descriptorsKeptBack = 256;
const mostOnAnyMachine = 16_000;

/** @param part What this port may have of the process's descriptors. @param each How many a connection takes. */
export function descriptorShare(part: number, each = 1): number {
  return Math.max(
    16,
    Math.min(mostOnAnyMachine, Math.floor(((descriptorLimit() - descriptorsKeptBack) * part) / each)),
  );
}

/** Node has raised it to the hard limit; the least that Linux gives where it is not to be read. */
function descriptorLimit(): number {
  try {
    return Number(/^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1] ?? 1024);
  } catch {
    return 1024;
  }
}

/** Each change costs the same however many there are. */
export class ConnectionCaps {
  readonly #rules: ConnectionRules;
  readonly #all = new Set<HeldConnection>();
  /** The one that has been so for longest first. */
  readonly #idle = new Set<HeldConnection>();
  readonly #peers = new Map<string, Peer>();
  /** Of shared addresses none: what one of them has is many callers'. */
  readonly #peersBySize = new BySize<Peer>();

  constructor(rules: ConnectionRules) {
    this.#rules = rules;
  }

  /** Breaks all of them off. */
  cut(): void {
    for (const { close } of [...this.#all]) close();
  }

  /** Ends those on which nothing is being answered. */
  cutIdle(): void {
    for (const { close } of [...this.#idle]) close();
  }

  /** A new connection, which is idle. @param close May be called at once: there is no room and no idle one to close instead. */
  open(address: string, close: () => void): HeldConnection {
    const held: HeldConnection = { address, close, calls: 0 };
    const peer = this.#peers.getOrInsertComputed(address, () => new Peer());
    peer.all.add(held);
    this.#all.add(held);
    this.#sized(address, peer, 1);
    // Before it is one of the idle: it is the others that make room.
    this.#makeRoom(held, peer);
    if (!this.#all.has(held)) return held;
    this.#idle.add(held);
    peer.idle.add(held);
    return held;
  }

  /** Once more is harmless. */
  closed(held: HeldConnection): void {
    if (!this.#all.delete(held)) return;
    this.#idle.delete(held);
    const peer = this.#peers.get(held.address);
    if (peer === undefined) return;
    peer.all.delete(held);
    peer.idle.delete(held);
    this.#sized(held.address, peer, -1);
    if (peer.size === 0) this.#peers.delete(held.address);
  }

  /** Something is asked on it. */
  begin(held: HeldConnection): void {
    held.calls += 1;
    this.#idle.delete(held);
    this.#peers.get(held.address)?.idle.delete(held);
  }

  /** Something was answered on it. @returns Whether nothing is being answered on it any more. */
  end(held: HeldConnection): boolean {
    held.calls -= 1;
    if (held.calls > 0) return false;
    if (!this.#all.has(held)) return true;
    this.#idle.add(held);
    this.#peers.get(held.address)?.idle.add(held);
    return true;
  }

  #sized(address: string, peer: Peer, change: 1 | -1): void {
    if (!this.#rules.isShared(address)) this.#peersBySize.changed(peer, change);
  }

  #makeRoom(newcomer: HeldConnection, peer: Peer): void {
    const { limits, isShared, onCrowded } = this.#rules;
    const { address } = newcomer;
    if (peer.size > limits.mostPerAddress && !isShared(address)) {
      const which = this.#closeOne(peer.idle, newcomer);
      const what = `${address} has more than the ${limits.mostPerAddress} connections that one machine may have`;
      onCrowded({ address, message: `${what}; ${which} was closed` });
    } else if (this.#all.size > limits.most) {
      const largest = this.#idle.size === 0 ? this.#peersBySize.largest : undefined;
      // Of its own the newcomer is one already: with as many the two would take turns for ever.
      const which =
        largest !== undefined && largest.size > peer.size
          ? this.#closeOldest(largest)
          : this.#closeOne(this.#idle, newcomer);
      const what = `there are more than the ${limits.most} connections that this port may have`;
      onCrowded({ address: undefined, message: `${what}; ${which} was closed` });
    }
  }

  /** @returns Which. */
  #closeOne(idle: ReadonlySet<HeldConnection>, newcomer: HeldConnection): string {
    const [oldest = newcomer] = idle;
    this.#close(oldest);
    return oldest === newcomer ? "none was idle, so the new one" : "the one that had been idle for longest";
  }

  /** @returns Which. */
  #closeOldest({ all, size }: Peer): string {
    const [oldest] = all;
    if (oldest !== undefined) this.#close(oldest);
    return `none was idle, so the oldest of the ${size} of ${oldest?.address}`;
  }

  #close(held: HeldConnection): void {
    // At once: the socket says so only later, and others may come before.
    this.closed(held);
    held.close();
  }
}
