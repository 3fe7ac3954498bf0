// Whether an answer is the right one: without an allocation, since the rack must be several times quicker than what it asks.
import { type MessageType, OptionCode } from "@neverland/protocols";
import { addressOf, dotted } from "../paper-machine.ts";

export interface ExpectedReply {
  readonly type: typeof MessageType.offer | typeof MessageType.ack;
  /** Of the machine that asked. */
  readonly index: number;
  readonly relay: number;
  readonly server: number;
}

const optionsAt = 240;
const fileAt = 108;
const magicCookie = 0x63825363;

/** What a machine cannot go on without, a bit each. */
const needed = [
  OptionCode.messageType,
  OptionCode.serverIdentifier,
  OptionCode.leaseTime,
  OptionCode.subnetMask,
  OptionCode.router,
] as const;
const all = (1 << needed.length) - 1;

/** @returns What is wrong with the datagram, or undefined. Its xid is the caller's to look at. */
export function faultOfReply(view: DataView, { type, index, relay, server }: ExpectedReply): string | undefined {
  const end = view.byteLength;
  if (end < optionsAt + 4) return `${end} bytes are no DHCP message`;
  if (view.getUint8(0) !== 2) return "it is no reply";
  if (view.getUint32(optionsAt - 4) !== magicCookie) return "it has no magic cookie";
  if (view.getUint32(24) !== relay) return "giaddr is not the relay's address";
  if (view.getUint32(28) !== (0x02000000 | (index >>> 16)) || view.getUint16(32) !== (index & 0xffff))
    return "chaddr is another machine's";
  const address = view.getUint32(16);
  if (address !== addressOf(index)) return `yiaddr is ${dotted(address)}, not ${dotted(addressOf(index))}`;
  let found = 0;
  let hasFile = view.getUint8(fileAt) !== 0;
  for (let place = optionsAt; place + 1 < end; ) {
    const code = view.getUint8(place);
    if (code === 255) break;
    if (code === 0) {
      place += 1;
      continue;
    }
    const size = view.getUint8(place + 1);
    const value = place + 2;
    if (value + size > end) return `option ${code} ends behind the message`;
    const which = needed.indexOf(code as (typeof needed)[number]);
    if (which >= 0) found |= 1 << which;
    if (code === OptionCode.bootFileName) hasFile = true;
    if (code === OptionCode.messageType && (size !== 1 || view.getUint8(value) !== type))
      return `it is not of type ${type}`;
    if (code === OptionCode.serverIdentifier && (size !== 4 || view.getUint32(value) !== server))
      return `option 54 is not ${dotted(server)}`;
    place = value + size;
  }
  if (found !== all) return `options are missing of ${needed.join(", ")}`;
  return hasFile ? undefined : "no boot file is named";
}
