// DHCP messages as no client should send them, and what they are answered: the same by dnsmasq and by us, or not, and then why.
import { headerAt } from "@neverland/protocols";

export type DhcpAnswer = "offer" | "ack" | "nak" | "BOOTP" | "silence";

export interface OddDhcp {
  readonly is: string;
  readonly bytes: Uint8Array;
  /** By both; where they differ, by each, and why that is meant. */
  readonly answer: DhcpAnswer | { readonly ours: DhcpAnswer; readonly dnsmasq: DhcpAnswer; readonly why: string };
  /** On the timeline beside or instead of our answer: the event's type and reason. */
  readonly told?: string;
}

/** The last byte of the MAC and of the address of the machine that they are written for; each is sent for a machine of its own. */
const writtenFor = 60;
const server = [10, 77, 0, 1];
const own = [10, 77, 0, writtenFor];
const text = (value: string): number[] => [...Buffer.from(value, "latin1")];
const option = (code: number, ...value: number[]): number[] => [code, value.length, ...value];

const discover = option(53, 1);
const request = [...option(53, 3), ...option(54, ...server)];
const wants = option(55, 1, 3, 6, 12, 15, 28, 51);
const firmware = [
  ...option(60, ...text("PXEClient:Arch:00000:UNDI:002001")),
  ...option(93, 0, 0),
  ...option(94, 1, 2, 1),
];
const end = [255];

interface Header {
  readonly op?: number;
  readonly htype?: number;
  readonly hlen?: number;
  readonly hops?: number;
  readonly secs?: number;
  readonly flags?: number;
  readonly sname?: readonly number[];
  readonly file?: readonly number[];
  readonly cookie?: number;
}

/** The header as it ought to be where it is not said otherwise, and then these bytes. The transaction is numbered by who sends it. */
function message(tail: readonly number[], header: Header = {}): Uint8Array {
  const { op = 1, htype = 1, hlen = 6, hops = 0, secs = 0, flags = 0x8000, cookie = 0x63825363 } = header;
  const bytes = Buffer.alloc(240 + tail.length);
  bytes.set([op, htype, hlen, hops]);
  bytes.writeUInt16BE(secs, 8);
  bytes.writeUInt16BE(flags, headerAt.flags);
  bytes.set([0x52, 0x54, 0, 0, 0, writtenFor], headerAt.chaddr);
  bytes.set(header.sname ?? [], 44);
  bytes.set(header.file ?? [], headerAt.file);
  bytes.writeUInt32BE(cookie, headerAt.cookie);
  bytes.set(tail, 240);
  return bytes;
}

/** The same of another machine. @param last Byte of its MAC and of its address. @param xid Of the transaction. */
export function sentBy(last: number, xid: number, odd: Uint8Array): Buffer {
  const bytes = Buffer.from(odd);
  if (bytes.length < headerAt.cookie) return bytes;
  bytes.writeUInt32BE(xid, headerAt.xid);
  bytes[headerAt.chaddr + 5] = last;
  for (let at = bytes.indexOf(Buffer.from(own)); at >= 0; at = bytes.indexOf(Buffer.from(own))) bytes[at + 3] = last;
  return bytes;
}

/** Filled with this byte up to so many bytes in all. */
function filled(bytes: Uint8Array, length: number, byte = 0): Uint8Array {
  return Buffer.concat([bytes, Buffer.alloc(length - bytes.length, byte)]);
}

/** Beside an answer. */
const faulty = "DhcpFaulty UnreadablePacket";
/** In place of one. */
const unreadable = "DhcpIgnored UnreadablePacket";
const bootp = {
  ours: "silence",
  dnsmasq: "BOOTP",
  why: "firmware has asked by PXE for twenty-five years; what asks by BOOTP alone could not be told what to boot by what it is",
} as const;
const othersOffer = {
  ours: "silence",
  dnsmasq: "nak",
  why: "it is no matter of ours: a NAK would take from a machine what it got elsewhere, and dnsmasq says so only as the one server of its network",
} as const;
const noAddress = {
  ours: "silence",
  dnsmasq: "nak",
  why: "it names nothing that could be wrong; dnsmasq itself is silent where it has given the machine its address before",
} as const;

export const oddDhcp: readonly OddDhcp[] = [
  { is: "nothing odd", bytes: message([...discover, ...wants, ...firmware, ...end]), answer: "offer" },
  { is: "no end option", bytes: message([...discover, ...wants, ...firmware]), answer: "offer" },
  { is: "no end option, zeros to 300 bytes", bytes: filled(message([...discover, ...wants]), 300), answer: "offer" },
  { is: "zeros to 576 bytes", bytes: filled(message([...discover, ...wants, ...end]), 576), answer: "offer" },
  { is: "ones to 1472 bytes", bytes: filled(message([...discover, ...wants, ...end]), 1472, 255), answer: "offer" },
  {
    is: "an option behind the end",
    bytes: message([...discover, ...wants, ...end, ...option(53, 7)]),
    answer: "offer",
  },
  { is: "half an option behind the end", bytes: message([...discover, ...wants, ...end, 12, 200, 1]), answer: "offer" },
  {
    is: "pads between options",
    bytes: message([0, ...discover, 0, 0, 0, ...wants, 0, ...firmware, ...end]),
    answer: "offer",
  },
  { is: "the type as the last option", bytes: message([...firmware, ...wants, ...discover, ...end]), answer: "offer" },
  { is: "no option at all", bytes: message([]), answer: bootp, told: "DhcpIgnored NoMessageType" },
  { is: "nothing but the end", bytes: message(end), answer: bootp, told: "DhcpIgnored NoMessageType" },
  { is: "BOOTP in 300 bytes", bytes: filled(message(end), 300), answer: bootp, told: "DhcpIgnored NoMessageType" },
  {
    is: "its last option cut",
    bytes: message([...discover, ...wants, 12, 40, 109, 54, 48]),
    answer: "offer",
    told: faulty,
  },
  {
    is: "its last option without a length",
    bytes: message([...discover, ...wants, 12]),
    answer: "offer",
    told: faulty,
  },
  {
    is: "an option longer than all behind it",
    bytes: message([...discover, ...wants, 77, 250, ...end]),
    answer: "offer",
    told: faulty,
  },
  {
    is: "the type behind an option that is cut",
    bytes: message([12, 200, ...discover, ...end]),
    answer: bootp,
    told: "DhcpIgnored NoMessageType",
  },
  { is: "two types", bytes: message([...discover, ...option(53, 3), ...wants, ...end]), answer: "offer", told: faulty },
  { is: "a type of two bytes", bytes: message([...option(53, 1, 1), ...wants, ...end]), answer: "offer", told: faulty },
  {
    is: "a type of no bytes",
    bytes: message([...option(53), ...wants, ...end]),
    answer: bootp,
    told: "DhcpIgnored NoMessageType",
  },
  {
    is: "a type of no bytes and then one",
    bytes: message([...option(53), ...discover, ...wants, ...end]),
    answer: "offer",
  },
  {
    is: "type 0",
    bytes: message([...option(53, 0), ...wants, ...end]),
    answer: bootp,
    told: "DhcpIgnored NotForServers",
  },
  {
    is: "type 200",
    bytes: message([...option(53, 200), ...wants, ...end]),
    answer: "silence",
    told: "DhcpIgnored NotForServers",
  },
  {
    is: "an offer of a server in a request",
    bytes: message([...option(53, 2), ...wants, ...end]),
    answer: "silence",
    told: "DhcpIgnored NotForServers",
  },
  {
    is: "options of no bytes",
    bytes: message([
      ...discover,
      ...wants,
      ...[12, 43, 50, 54, 57, 60, 61, 66, 77, 82, 93, 94, 97].flatMap((code) => option(code)),
      ...end,
    ]),
    answer: "offer",
  },
  { is: "a list of wishes of no bytes", bytes: message([...discover, ...option(55), ...end]), answer: "offer" },
  { is: "all wishes twice", bytes: message([...discover, ...wants, ...wants, ...end]), answer: "offer" },
  {
    is: "an address of three bytes",
    bytes: message([...discover, ...option(50, 10, 77, 0), ...wants, ...end]),
    answer: "offer",
    told: faulty,
  },
  {
    is: "an address of five bytes",
    bytes: message([...discover, ...option(50, ...own, 0), ...wants, ...end]),
    answer: "offer",
    told: faulty,
  },
  {
    is: "two addresses",
    bytes: message([...request, ...option(50, ...own), ...option(50, 1, 2, 3, 4), ...wants, ...end]),
    answer: "ack",
  },
  {
    is: "a request for six bytes of address",
    bytes: message([...request, ...option(50, ...own, 0, 0), ...wants, ...end]),
    answer: "ack",
    told: faulty,
  },
  {
    is: "a server of five bytes",
    bytes: message([...option(53, 3), ...option(54, ...server, 9), ...option(50, ...own), ...wants, ...end]),
    answer: "ack",
    told: faulty,
  },
  {
    is: "a server of two bytes",
    bytes: message([...option(53, 3), ...option(54, 10, 77), ...option(50, ...own), ...wants, ...end]),
    answer: "ack",
    told: faulty,
  },
  {
    is: "two servers",
    bytes: message([...request, ...option(54, 10, 77, 0, 9), ...option(50, ...own), ...wants, ...end]),
    answer: "ack",
  },
  {
    is: "a request of another server",
    bytes: message([...option(53, 3), ...option(54, 10, 77, 0, 9), ...option(50, ...own), ...end]),
    answer: othersOffer,
    told: "DhcpIgnored OtherServerChosen",
  },
  {
    is: "a request for no address",
    bytes: message([...request, ...wants, ...end]),
    answer: noAddress,
    told: "DhcpIgnored NoAddressInRequest",
  },
  {
    is: "a request for another's address",
    bytes: message([...request, ...option(50, 10, 77, 0, 99), ...end]),
    answer: "nak",
    told: "DhcpNak WrongAddress",
  },
  {
    is: "a discover for another's address",
    bytes: message([...discover, ...option(50, 1, 2, 3, 4), ...wants, ...end]),
    answer: "offer",
  },
  { is: "option 52 of no bytes", bytes: message([...discover, ...option(52), ...wants, ...end]), answer: "offer" },
  { is: "option 52 as 0", bytes: message([...discover, ...option(52, 0), ...wants, ...end]), answer: "offer" },
  {
    is: "option 52 as 9",
    bytes: message([...discover, ...option(52, 9), ...wants, ...end]),
    answer: "offer",
    told: faulty,
  },
  {
    is: "option 52 twice",
    bytes: message([...discover, ...option(52, 1), ...option(52, 2), ...wants, ...end], { file: [...firmware, 255] }),
    answer: "offer",
  },
  {
    is: "the type in the file field",
    bytes: message([...option(52, 1), ...end], { file: [...discover, ...wants, 255] }),
    answer: "offer",
  },
  {
    is: "the type in the name field",
    bytes: message([...option(52, 2), ...end], { sname: [...discover, ...wants, 255] }),
    answer: "offer",
  },
  {
    is: "options in both fields, without their ends",
    bytes: message([...discover, ...option(52, 3), ...end], { file: wants, sname: firmware }),
    answer: "offer",
  },
  {
    is: "half an option in the file field",
    bytes: message([...discover, ...option(52, 1), ...wants, ...end], { file: [...wants, 12, 200] }),
    answer: "offer",
    told: faulty,
  },
  {
    is: "another cookie",
    bytes: message([...discover, ...wants, ...end], { cookie: 0x63825364 }),
    answer: "silence",
    told: unreadable,
  },
  {
    is: "no cookie",
    bytes: message([...discover, ...wants, ...end], { cookie: 0 }),
    answer: "silence",
    told: unreadable,
  },
  { is: "235 bytes", bytes: message([]).subarray(0, 235), answer: "silence", told: unreadable },
  { is: "one byte", bytes: Buffer.of(1), answer: "silence", told: unreadable },
  { is: "16 hops", bytes: message([...discover, ...wants, ...end], { hops: 16 }), answer: "offer" },
  {
    is: "255 hops and 65535 seconds",
    bytes: message([...discover, ...wants, ...end], { hops: 255, secs: 65535 }),
    answer: "offer",
  },
  { is: "all flags", bytes: message([...discover, ...wants, ...end], { flags: 0xffff }), answer: "offer" },
  {
    is: "a reply",
    bytes: message([...discover, ...wants, ...end], { op: 2 }),
    answer: "silence",
    told: "DhcpIgnored NotARequest",
  },
  {
    is: "op 0",
    bytes: message([...discover, ...wants, ...end], { op: 0 }),
    answer: "silence",
    told: "DhcpIgnored NotARequest",
  },
  {
    is: "a hardware address of 17 bytes",
    bytes: message([...discover, ...wants, ...end], { hlen: 17 }),
    answer: "silence",
    told: unreadable,
  },
  {
    is: "a hardware address of 16 bytes",
    bytes: message([...discover, ...wants, ...end], { hlen: 16 }),
    answer: "silence",
    told: "DhcpIgnored NoEthernetAddress",
  },
  {
    is: "a hardware address of no bytes",
    bytes: message([...discover, ...wants, ...end], { hlen: 0 }),
    answer: "silence",
    told: "DhcpIgnored NoEthernetAddress",
  },
  {
    is: "hardware of type 6 (IEEE 802)",
    bytes: message([...discover, ...wants, ...end], { htype: 6 }),
    answer: "offer",
  },
  {
    is: "largest message in one byte",
    bytes: message([...discover, ...option(57, 5), ...wants, ...end]),
    answer: "offer",
    told: faulty,
  },
  {
    is: "largest message of 100 bytes",
    bytes: message([...discover, ...option(57, 0, 100), ...wants, ...end]),
    answer: "offer",
  },
  {
    is: "largest message of three bytes",
    bytes: message([...discover, ...option(57, 5, 220, 0), ...wants, ...end]),
    answer: "offer",
    told: faulty,
  },
  {
    is: "an architecture of one byte",
    bytes: message([
      ...discover,
      ...wants,
      ...option(60, ...text("PXEClient:Arch:00000:UNDI:002001")),
      ...option(93, 0),
      ...end,
    ]),
    answer: "offer",
  },
  {
    is: "a class that ends in zeros",
    bytes: message([...discover, ...wants, ...option(60, ...text("PXEClient\0\0")), ...option(93, 0, 0), ...end]),
    answer: "offer",
  },
  {
    is: "a UUID of five bytes",
    bytes: message([...discover, ...wants, ...firmware, ...option(97, 0, 1, 2, 3, 4), ...end]),
    answer: "offer",
  },
  {
    is: "a UUID of no known kind",
    bytes: message([...discover, ...wants, ...firmware, ...option(97, 255, ...Array<number>(16).fill(7)), ...end]),
    answer: "offer",
  },
  {
    is: "a host name of blanks and control bytes",
    bytes: message([...discover, ...wants, ...option(12, 32, 9, 10, 0, 27, 32), ...end]),
    answer: "offer",
  },
  {
    is: "vendor options that are cut",
    bytes: message([...discover, ...wants, ...option(43, 6, 20, 8), ...end]),
    answer: "offer",
  },
  {
    is: "relay options that are cut, and no relay",
    bytes: message([...discover, ...wants, ...option(82, 1, 20, 8), ...end]),
    answer: "offer",
  },
  {
    is: "a user class whose lengths do not add up",
    bytes: message([...discover, ...wants, ...firmware, ...option(77, 9, 105, 80), ...end]),
    answer: "offer",
  },
  {
    is: "sixty options that nobody knows",
    bytes: message([
      ...discover,
      ...wants,
      ...Array.from({ length: 60 }, (_, at) => option(128 + (at % 40), 1)).flat(),
      ...end,
    ]),
    answer: "offer",
  },
];
