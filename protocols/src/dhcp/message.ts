// One DHCP message as bytes and as a value. Decoding loses nothing: encode(decode(bytes)) gives the same bytes.
import { type Ipv4Address, ipv4FromBytes, ipv4ToBytes } from "../ip/address.ts";
import { PacketError } from "../packet-error.ts";
import { Reader } from "../reader.ts";
import { Writer } from "../writer.ts";
import { type DhcpOption, endOption, optionsSizeBytes, readOptions, writeOptions } from "./option-list.ts";

/** BOOTP's direction: clients (and relays for them) send requests, servers send replies. */
export const BootpOp = { request: 1, reply: 2 } as const;

/** A message as it lies on the wire (RFC 2131 §2). Options keep their order, their pads and their fragments. */
export interface DhcpMessage {
  readonly op: number;
  /** Hardware type; 1 is Ethernet. */
  readonly htype: number;
  /** How many bytes of `chaddr` count; at most 16. */
  readonly hlen: number;
  readonly hops: number;
  readonly xid: number;
  /** Seconds since the client began, by its own account. */
  readonly secs: number;
  /** Bit 0x8000: the client cannot take a unicast before it has an address. */
  readonly flags: number;
  readonly ciaddr: Ipv4Address;
  readonly yiaddr: Ipv4Address;
  readonly siaddr: Ipv4Address;
  readonly giaddr: Ipv4Address;
  /** 16 bytes. */
  readonly chaddr: Uint8Array;
  /** 64 bytes: text ended by a zero byte, or options (option 52). */
  readonly sname: Uint8Array;
  /** 128 bytes: text ended by a zero byte, or options (option 52). */
  readonly file: Uint8Array;
  readonly options: readonly DhcpOption[];
  /** The end option and all that follows it, or what is left of an option that is cut; empty when the sender wrote neither. */
  readonly trailer: Uint8Array;
}

export const magicCookie = 0x63825363;
/** Header and cookie, before the options. */
export const fixedBytes = 240;
/** Where the header's fields begin (RFC 2131 §2); for those who read and write messages in place. */
export const headerAt = {
  xid: 4,
  flags: 10,
  ciaddr: 12,
  yiaddr: 16,
  siaddr: 20,
  giaddr: 24,
  chaddr: 28,
  file: 108,
  cookie: 236,
} as const;
/** BOOTP's least: a reply is filled up with zeros (RFC 1542 §2.1). */
export const leastReplyBytes = 300;
/** A datagram longer than this is none of a DHCP client's; larger ones are refused unread. */
const largestMessageBytes = 9000;

/**
 * Reads the payload of one UDP datagram to or from a DHCP port.
 * @throws {PacketError} `truncated`, `malformed` or `too-long`, and nothing else.
 */
export function decodeDhcpMessage(bytes: Uint8Array): DhcpMessage {
  checkDhcpMessage(bytes);
  const r = new Reader(bytes);
  const header = readHeader(r);
  r.u32("magic cookie");
  const { options, trailer } = readOptions(r);
  return { ...header, options, trailer };
}

/** @throws {PacketError} Unless the header is one of DHCP's. */
export function checkDhcpMessage(bytes: Uint8Array): void {
  const { length } = bytes;
  if (length > largestMessageBytes) throw new PacketError("too-long", `${length} bytes in one message`);
  if (length < fixedBytes)
    throw new PacketError("truncated", `${length} bytes are less than DHCP's header of ${fixedBytes}`);
  const hlen = bytes[2] ?? 0;
  if (hlen > 16) throw new PacketError("malformed", `hlen ${hlen} is more than chaddr holds`);
  const isCookie = bytes[236] === 0x63 && bytes[237] === 0x82 && bytes[238] === 0x53 && bytes[239] === 0x63;
  if (!isCookie) throw new PacketError("malformed", "the magic cookie is not DHCP's");
}

/**
 * Writes a message. Options longer than 255 bytes are cut into several of the same code (RFC 3396 §5).
 * @throws {PacketError} `too-long` when a header field does not fit.
 */
export function encodeDhcpMessage(message: DhcpMessage): Uint8Array {
  const w = new Writer();
  w.u8(message.op).u8(message.htype).u8(message.hlen).u8(message.hops);
  w.u32(message.xid).u16(message.secs).u16(message.flags);
  for (const address of [message.ciaddr, message.yiaddr, message.siaddr, message.giaddr]) w.bytes(ipv4ToBytes(address));
  w.padded(message.chaddr, 16, "chaddr").padded(message.sname, 64, "sname").padded(message.file, 128, "file");
  w.u32(magicCookie);
  writeOptions(w, message.options);
  return w.bytes(message.trailer).toBytes();
}

/** The trailer of a message that we write: the end option, and zeros up to BOOTP's 300 bytes (RFC 1542 §2.1). */
export function trailerFor(message: Omit<DhcpMessage, "trailer">): Uint8Array {
  const trailer = new Uint8Array(Math.max(1, leastReplyBytes - fixedBytes - optionsSizeBytes(message.options)));
  trailer[0] = endOption;
  return trailer;
}

function readHeader(r: Reader): Omit<DhcpMessage, "options" | "trailer"> {
  return {
    op: r.u8("op"),
    htype: r.u8("htype"),
    hlen: r.u8("hlen"),
    hops: r.u8("hops"),
    xid: r.u32("xid"),
    secs: r.u16("secs"),
    flags: r.u16("flags"),
    ciaddr: ipv4FromBytes(r.bytes(4, "ciaddr")),
    yiaddr: ipv4FromBytes(r.bytes(4, "yiaddr")),
    siaddr: ipv4FromBytes(r.bytes(4, "siaddr")),
    giaddr: ipv4FromBytes(r.bytes(4, "giaddr")),
    chaddr: r.bytes(16, "chaddr"),
    sname: r.bytes(64, "sname"),
    file: r.bytes(128, "file"),
  };
}
