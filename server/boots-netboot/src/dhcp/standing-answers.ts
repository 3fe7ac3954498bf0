// Answers that stand: what a machine behind a relay was answered a moment ago, kept so that the same request is answered again by a look-up and
// a copy. Whoever decides is asked first, and again whenever the machine's record changes or there is something to tell.
import {
  BootpOp,
  endOption,
  fixedBytes,
  headerAt,
  type Ipv4Address,
  ipv4ToBytes,
  leastReplyBytes,
  type MacAddress,
  MessageType,
  magicCookie,
  OptionCode,
  padOption,
} from "@neverland/protocols";
import type { Said } from "@neverland/timeline/budgets/event-gate.ts";
import { fileFieldBytes } from "./dhcp-reply.ts";
import { RequestScan, wordAt } from "./request-scan.ts";

/** As many kinds of requests as there are firmwares, clients and their versions in a hall, with room to spare. */
const mostKinds = 1024;
/** Of one machine: its firmware, iPXE, Hook and the system, each with two requests. */
const mostOfMachine = 8;
/** Of what answers say, and of the kinds, for all machines. A hall of 100,000 takes 30 MiB. When it is full, all are asked for anew. */
const [chunkBytes, mostChunks] = [1 << 20, 64];
/** A power of two. A `Map` is made anew, twice as large, whenever it is full: 10 ms of 131,072 machines, while packets wait. */
const shards = 64;
/** An answer: length of the file's name, of the options, `yiaddr`, `siaddr`; then the name and the options. */
const entry = { fileSize: 0, optionsSize: 1, addresses: 3, file: 11 };

/** Some requests that differ in nothing that decides. */
interface Kind {
  readonly hash: number;
  readonly bytes: Uint8Array;
}

interface Standing {
  readonly kind: Kind;
  readonly chunk: Uint8Array;
  readonly at: number;
  readonly sizeBytes: number;
  said: Said;
  /** The same machine's for a request of another kind. */
  readonly next: Standing | undefined;
}

export class StandingAnswers {
  readonly #server: number;
  readonly #stands: (said: Said) => boolean;
  readonly #scan = new RequestScan();
  /** By hash, the latest of each: anyone can make up any number of one hash. */
  readonly #kinds = new Map<number, Kind>();
  /** By MAC address as a number, in shards by its last bits. */
  readonly #machines = Array.from({ length: shards }, () => new Map<number, Standing>());
  #chunks: Uint8Array[] = [];
  /** Of the last chunk. */
  #used = chunkBytes;

  /**
   * @param serverAddress Of the link: option 54 of what is for us.
   * @param stands Whether an exchange of which so much has been said is to be counted and no more.
   */
  constructor(serverAddress: Ipv4Address, stands: (said: Said) => boolean) {
    this.#server = wordAt(ipv4ToBytes(serverAddress), 0);
    this.#stands = stands;
  }

  /**
   * Writes the answer that stands to a request. @param out Room for a packet of Ethernet's.
   * @returns Its size; 0 where there is none. It is for the relay that the request names.
   */
  write(request: Uint8Array, out: Uint8Array): number {
    const scan = this.#scan;
    if (!scan.read(request)) return 0;
    const standing = this.#find(scan);
    if (standing === undefined) return 0;
    const { chunk, at: from, said } = standing;
    const address = wordAt(chunk, from + entry.addresses);
    if (!this.#isFor(address, request) || !this.#stands(said)) return 0;
    const fileSize = chunk[from + entry.fileSize] ?? 0;
    const optionsSize = ((chunk[from + entry.optionsSize] ?? 0) << 8) | (chunk[from + entry.optionsSize + 1] ?? 0);
    const optionsAt = from + entry.file + fileSize;
    out.fill(0, 0, leastReplyBytes);
    out[0] = BootpOp.reply;
    // Ethernet, as the request.
    out[1] = 1;
    out[2] = 6;
    copy(request, headerAt.xid, out, headerAt.xid, 4);
    copy(request, headerAt.flags, out, headerAt.flags, 2);
    copy(chunk, from + entry.addresses, out, headerAt.yiaddr, 8);
    copy(request, headerAt.giaddr, out, headerAt.giaddr, 20);
    copy(chunk, from + entry.file, out, headerAt.file, fileSize);
    for (let i = 0; i < 4; i++) out[headerAt.cookie + i] = magicCookie >>> (24 - 8 * i);
    let size = copy(chunk, optionsAt, out, fixedBytes, optionsSize);
    if (scan.clientIdAt !== 0) size = echo(request, scan.clientIdAt, out, size);
    if (scan.relayAt !== 0) size = echo(request, scan.relayAt, out, size);
    out[size++] = endOption;
    return Math.max(size, leastReplyBytes);
  }

  /**
   * Keeps an answer, if it is one that can stand. @param reply What has just been decided and written for the request.
   * @param said What is to be asked again.
   */
  keep(request: Uint8Array, reply: Uint8Array, said: Said): void {
    const scan = this.#scan;
    if (!scan.read(request)) return;
    const optionsSize = ownOptionsSize(reply);
    let fileSize = 0;
    while (fileSize < fileFieldBytes && reply[headerAt.file + fileSize] !== 0) fileSize++;
    const place = this.#placeFor(scan, entry.file + fileSize + optionsSize, said);
    if (place === undefined) return;
    const { chunk, at: from } = place;
    chunk[from + entry.fileSize] = fileSize;
    chunk[from + entry.optionsSize] = optionsSize >>> 8;
    chunk[from + entry.optionsSize + 1] = optionsSize;
    copy(reply, headerAt.yiaddr, chunk, from + entry.addresses, 8);
    copy(reply, headerAt.file, chunk, from + entry.file, fileSize);
    copy(reply, fixedBytes, chunk, from + entry.file + fileSize, optionsSize);
  }

  /** Its record has changed. */
  forget(mac: MacAddress): void {
    const number = macToNumber(mac);
    this.#of(number).delete(number);
  }

  forgetAll(): void {
    for (const machines of this.#machines) machines.clear();
    this.#kinds.clear();
    this.#chunks = [];
    this.#used = chunkBytes;
  }

  #of(mac: number): Map<number, Standing> {
    // There are as many as ways.
    return this.#machines[mac & (shards - 1)] as Map<number, Standing>;
  }

  #find(scan: RequestScan): Standing | undefined {
    for (let one = this.#of(scan.mac).get(scan.mac); one !== undefined; one = one.next)
      if (isKind(one.kind, scan)) return one;
    return undefined;
  }

  /** A REQUEST for another address than its own, or of another server's offer, is something to decide on. */
  #isFor(address: number, request: Uint8Array): boolean {
    const { type, requestedAt, serverAt } = this.#scan;
    if (type === MessageType.discover) return true;
    return wordAt(request, requestedAt) === address && (serverAt === 0 || wordAt(request, serverAt) === this.#server);
  }

  /** Where an answer of so many bytes is to be written: in the place of the one before, if it fits. */
  #placeFor(scan: RequestScan, sizeBytes: number, said: Said): Standing | undefined {
    const before = this.#find(scan);
    if (before?.sizeBytes === sizeBytes) {
      before.said = said;
      return before;
    }
    if (this.#used + sizeBytes > chunkBytes) {
      if (this.#chunks.length === mostChunks) this.forgetAll();
      this.#chunks.push(new Uint8Array(chunkBytes));
      this.#used = 0;
    }
    const [chunk, at] = [this.#chunks.at(-1), this.#used];
    if (chunk === undefined) return undefined;
    this.#used += sizeBytes;
    const kind = this.#kindOf(scan);
    const standing = { kind, chunk, at, sizeBytes, said, next: this.#others(scan.mac, kind) };
    this.#of(scan.mac).set(scan.mac, standing);
    return standing;
  }

  /** What stands of the machine for requests of other kinds; of too many none. */
  #others(mac: number, kind: Kind): Standing | undefined {
    const all: Standing[] = [];
    for (let one = this.#of(mac).get(mac); one !== undefined; one = one.next) if (one.kind !== kind) all.push(one);
    if (all.length >= mostOfMachine) return undefined;
    return all.reduceRight<Standing | undefined>((next, one) => ({ ...one, next }), undefined);
  }

  /** A new one takes its room from that of the answers: those of machines that are asked for in ever new ways have one each. */
  #kindOf(scan: RequestScan): Kind {
    const known = this.#kinds.get(scan.hash);
    if (known !== undefined && isKind(known, scan)) return known;
    if (this.#kinds.size === mostKinds) this.#kinds.clear();
    const kind = { hash: scan.hash, bytes: scan.kind.slice(0, scan.kindSize) };
    this.#kinds.set(scan.hash, kind);
    this.#used += scan.kindSize;
    return kind;
  }
}

function isKind({ hash, bytes }: Kind, scan: RequestScan): boolean {
  if (hash !== scan.hash || bytes.length !== scan.kindSize) return false;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== scan.kind[i]) return false;
  return true;
}

/** Of a reply's options, without those that go back to whom they came from, and the end. */
function ownOptionsSize(reply: Uint8Array): number {
  let place = fixedBytes;
  for (;;) {
    const code = reply[place] ?? endOption;
    if (code === endOption || code === OptionCode.clientIdentifier || code === OptionCode.relayAgentInformation) break;
    place += code === padOption ? 1 : 2 + (reply[place + 1] ?? 0);
  }
  return place - fixedBytes;
}

/** @returns Where the copy ends. */
function copy(from: Uint8Array, start: number, to: Uint8Array, at: number, size: number): number {
  for (let i = 0; i < size; i++) to[at + i] = from[start + i] ?? 0;
  return at + size;
}

/** @param valueAt Of an option, in the request. @returns Where its copy ends. */
function echo(request: Uint8Array, valueAt: number, out: Uint8Array, at: number): number {
  return copy(request, valueAt - 2, out, at, 2 + (request[valueAt - 1] ?? 0));
}

function macToNumber(mac: MacAddress): number {
  return Number.parseInt(mac.replaceAll(":", ""), 16);
}
