// How many connections a port holds. When there are too many, the one that has been idle for longest makes room: whoever only holds
// connections open keeps nobody out.
import { readFileSync } from "node:fs";

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

type Kept<Key> = { readonly key: Key; readonly address: string; readonly close: () => void; calls: number };
type Peer<Key> = { count: number; readonly idle: Set<Kept<Key>> };

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

/** Whatever a connection is known by; each change costs the same however many there are. */
export class ConnectionCaps<Key> {
  readonly #rules: ConnectionRules;
  readonly #all = new Map<Key, Kept<Key>>();
  /** The one that has been so for longest first. */
  readonly #idle = new Set<Kept<Key>>();
  readonly #peers = new Map<string, Peer<Key>>();

  constructor(rules: ConnectionRules) {
    this.#rules = rules;
  }

  keys(): Iterable<Key> {
    return this.#all.keys();
  }

  /** Breaks all of them off. */
  cut(): void {
    for (const { close } of [...this.#all.values()]) close();
  }

  /** Whether nothing is being answered on it. */
  isIdle(key: Key): boolean {
    return this.#all.get(key)?.calls === 0;
  }

  /** A new connection, which is idle. @param close May be called at once: there is no room and no idle one to close instead. */
  open(key: Key, address: string, close: () => void): void {
    const kept = { key, address, close, calls: 0 };
    const peer = this.#peers.getOrInsertComputed(address, () => ({ count: 0, idle: new Set<Kept<Key>>() }));
    peer.count += 1;
    this.#all.set(key, kept);
    // Before it is one of the idle: it is the others that make room.
    this.#makeRoom(kept, peer);
    if (!this.#all.has(key)) return;
    this.#idle.add(kept);
    peer.idle.add(kept);
  }

  closed(key: Key): void {
    const kept = this.#all.get(key);
    if (kept === undefined) return;
    this.#all.delete(key);
    this.#idle.delete(kept);
    const peer = this.#peers.get(kept.address);
    if (peer === undefined) return;
    peer.count -= 1;
    peer.idle.delete(kept);
    if (peer.count === 0) this.#peers.delete(kept.address);
  }

  /** Something is asked on it. */
  begin(key: Key): void {
    const kept = this.#all.get(key);
    if (kept === undefined) return;
    kept.calls += 1;
    this.#idle.delete(kept);
    this.#peers.get(kept.address)?.idle.delete(kept);
  }

  /** Something was answered on it. */
  end(key: Key): void {
    const kept = this.#all.get(key);
    if (kept === undefined) return;
    kept.calls -= 1;
    if (kept.calls > 0) return;
    this.#idle.add(kept);
    this.#peers.get(kept.address)?.idle.add(kept);
  }

  #makeRoom(newcomer: Kept<Key>, { count, idle }: Peer<Key>): void {
    const { limits, isShared, onCrowded } = this.#rules;
    const { address } = newcomer;
    if (count > limits.mostPerAddress && !isShared(address)) {
      const which = this.#closeOne(idle, newcomer);
      const what = `${address} has more than the ${limits.mostPerAddress} connections that one machine may have`;
      onCrowded({ address, message: `${what}; ${which} was closed` });
    } else if (this.#all.size > limits.most) {
      const which = this.#closeOne(this.#idle, newcomer);
      const what = `there are more than the ${limits.most} connections that this port may have`;
      onCrowded({ address: undefined, message: `${what}; ${which} was closed` });
    }
  }

  /** @returns Which. */
  #closeOne(idle: ReadonlySet<Kept<Key>>, newcomer: Kept<Key>): string {
    const [oldest = newcomer] = idle;
    // At once: the socket says so only later, and others may come before.
    this.closed(oldest.key);
    oldest.close();
    return oldest === newcomer ? "none was idle, so the new one" : "the one that had been idle for longest";
  }
}
