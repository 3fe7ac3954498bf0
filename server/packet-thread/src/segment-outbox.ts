// Sends datagrams that are made of pieces of memory where they lie, many of them to one peer as one message that the kernel cuts
// (UDP_SEGMENT), and all messages in one call.
import { recentMap } from "@neverland/platform/collections/recent-map.ts";
import { Datagram, type DatagramCalls } from "./datagram-calls.ts";
import type { Unsent } from "./datagram-outbox.ts";
import { PinnedMemory } from "./pinned-memory.ts";
import { messageHeaderBytes, sendMessages } from "./send-messages.ts";

/** Sizes of the C structures, the same on x86-64 and arm64: `mmsghdr`, `iovec`, `sockaddr_in`, and a `cmsghdr` with 16 bits in it. */
const layout = { header: messageHeaderBytes, vector: 16, address: 16, control: 24 } as const;
const controlBytes = 18;
const [SOL_UDP, UDP_SEGMENT] = [17, 103];
/** What Linux takes at least, of datagrams and of bytes. */
const mostSegments = 64;
const mostMessageBytes = 65_000;

/** The kernel knows the path to a peer for so long (net.ipv4.route.mtu_expires), and whoever forges an ICMP message makes it know a wrong one. */
const narrowMs = 600_000;
/** Peers behind narrow paths. */
const mostNarrow = 4096;

export interface SegmentOutboxSize {
  /** In one call. */
  readonly messages: number;
  /** Of memory, in all of them. At least 128: two for each datagram of a message. */
  readonly pieces: number;
}

export interface SegmentOutboxDeps {
  readonly calls: DatagramCalls;
  readonly size: SegmentOutboxSize;
  /** The longest datagram that fits into one of the link's packets: longer ones the kernel does not cut. */
  readonly longestBytes: number;
  readonly nowMs: () => number;
}

/** IPv4 addresses are numbers: the first byte is the highest. */
export class SegmentOutbox {
  readonly #calls: DatagramCalls;
  readonly #memory: PinnedMemory;
  readonly #size: SegmentOutboxSize;
  readonly #at: { readonly vectors: number; readonly addresses: number; readonly controls: number };
  #messages = 0;
  #pieces = 0;
  /** Of the message that is begun. */
  #firstPiece = 0;
  readonly #nowMs: () => number;
  /** The longest datagram that the kernel is hoped to cut messages into; 0 where the link's card cannot have it. */
  #longestBytes: number;
  /** By peer, whose path takes less: of how much the kernel has refused to cut, and until when that is believed. */
  readonly #narrow = recentMap<number, { readonly bytes: number; readonly untilMs: number }>(mostNarrow);

  constructor({ calls, size, longestBytes, nowMs }: SegmentOutboxDeps) {
    [this.#calls, this.#size, this.#longestBytes, this.#nowMs] = [calls, size, longestBytes, nowMs];
    const vectors = size.messages * layout.header;
    const addresses = vectors + size.pieces * layout.vector;
    const controls = addresses + size.messages * layout.address;
    this.#at = { vectors, addresses, controls };
    this.#memory = new PinnedMemory(calls, controls + size.messages * layout.control);
    const { address, view } = this.#memory;
    for (let at = 0; at < size.messages; at++) {
      const [header, name, control] = [
        at * layout.header,
        addresses + at * layout.address,
        controls + at * layout.control,
      ];
      this.#memory.setWord(header, address + name); // msg_name
      view.setUint32(header + 8, layout.address, true); // msg_namelen
      this.#memory.setWord(header + 32, address + control); // msg_control
      view.setUint16(name, Datagram.AF_INET, true);
      this.#memory.setWord(control, controlBytes); // cmsg_len
      view.setInt32(control + 8, SOL_UDP, true);
      view.setInt32(control + 12, UDP_SEGMENT, true);
    }
  }

  /** How many datagrams of this size go into one message. @param address Of the peer. */
  inMessage(sizeBytes: number, address: number): number {
    if (sizeBytes > this.#longestBytes || this.#isTooLong(sizeBytes, address)) return 1;
    return Math.max(1, Math.min(mostSegments, Math.floor(mostMessageBytes / sizeBytes)));
  }

  hasRoom(pieces: number): boolean {
    return this.#messages < this.#size.messages && this.#pieces + pieces <= this.#size.pieces;
  }

  /** Begins a message. Of one that did not come to its end nothing is sent. */
  begin(): void {
    this.#pieces = this.#firstPiece;
  }

  /** The next piece of the message that is begun. The memory must stand until `send`: see pinned-memory.ts. */
  piece(address: number, sizeBytes: number): void {
    const vector = this.#at.vectors + this.#pieces++ * layout.vector;
    this.#memory.setWord(vector, address);
    this.#memory.setWord(vector + 8, sizeBytes);
  }

  /** Ends a message. @param segmentBytes What it is cut into, the last one may be shorter; 0: it is one datagram. */
  end(address: number, port: number, segmentBytes: number): void {
    const { view } = this.#memory;
    const [at, header] = [this.#messages, this.#messages * layout.header];
    this.#memory.setWord(header + 16, this.#memory.address + this.#at.vectors + this.#firstPiece * layout.vector);
    this.#memory.setWord(header + 24, this.#pieces - this.#firstPiece); // msg_iovlen
    this.#memory.setWord(header + 40, segmentBytes === 0 ? 0 : layout.control); // msg_controllen
    view.setUint16(this.#at.controls + at * layout.control + 16, segmentBytes, true);
    view.setUint16(this.#addressAt(at) + 2, port);
    view.setUint32(this.#addressAt(at) + 4, address);
    this.#firstPiece = this.#pieces;
    this.#messages++;
  }

  /**
   * Sends all. One that the kernel refuses keeps back none of the others. What it cannot cut is lost, and messages of such datagrams are not
   * made again for this peer for a while.
   */
  send(fd: number, unsent: (one: Unsent) => void): void {
    const messages = { address: this.#memory.address, count: this.#messages };
    sendMessages(this.#calls, fd, messages, (at, code) => {
      if (!this.#learn(at, code)) unsent({ ...this.#peer(at), code });
    });
    this.#messages = 0;
    this.#pieces = 0;
    this.#firstPiece = 0;
  }

  /** @returns Whether the kernel could not cut it, which is no fault of the peer's. */
  #learn(at: number, code: string): boolean {
    const isCut = this.#memory.view.getUint32(at * layout.header + 40, true) !== 0;
    if (!isCut) return false;
    switch (code) {
      // These are too long for the path; EINVAL says it in older kernels.
      case "EMSGSIZE":
      case "EINVAL": {
        const bytes = this.#memory.view.getUint16(this.#at.controls + at * layout.control + 16, true);
        this.#narrow.set(this.#peer(at).address, { bytes, untilMs: this.#nowMs() + narrowMs });
        return true;
      }
      // The link's card has no checksums.
      case "EIO":
        this.#longestBytes = 0;
        return true;
      default:
        return false;
    }
  }

  #isTooLong(sizeBytes: number, address: number): boolean {
    const known = this.#narrow.size === 0 ? undefined : this.#narrow.get(address);
    if (known === undefined) return false;
    if (this.#nowMs() < known.untilMs) return sizeBytes >= known.bytes;
    this.#narrow.delete(address);
    return false;
  }

  #peer(at: number): { address: number; port: number } {
    const { view } = this.#memory;
    return { address: view.getUint32(this.#addressAt(at) + 4), port: view.getUint16(this.#addressAt(at) + 2) };
  }

  #addressAt(at: number): number {
    return this.#at.addresses + at * layout.address;
  }
}
