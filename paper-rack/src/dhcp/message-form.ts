// A message of every machine of the rack: encoded once, then only the places are written in which machines differ.
import { encodeDhcpMessage, type Ipv4Address, OptionCode } from "@neverland/protocols";
import { addressNumber, addressOf } from "../paper-machine.ts";
import { type ClientMessage, capturedMessage, type Speaker } from "./captured-messages.ts";

export interface MessageForm {
  readonly bytes: Uint8Array;
  /** Where the last three bytes of the machine's MAC stand. */
  readonly macAt: readonly number[];
  /** Where the address that it asks for stands; none in a DISCOVER. */
  readonly addressAt: number | undefined;
}

const chaddrAt = 28;
const optionsAt = 240;

/**
 * What `speaker` sends by way of the relay. The offer it takes is known beforehand, since each machine's address follows from its number.
 * @param server Option 54 of the offer it takes.
 */
export function messageForm(speaker: Speaker, asking: ClientMessage, { relay, server }: Route): MessageForm {
  const captured = capturedMessage(speaker, asking);
  const bytes = encodeDhcpMessage({ ...captured, hops: 1, secs: 0, xid: 0, giaddr: relay as Ipv4Address });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  view.setUint32(chaddrAt, 0x02000000);
  view.setUint16(chaddrAt + 4, 0);
  const valueAt = (code: number): number | undefined => findOption(bytes, code);
  const serverAt = valueAt(OptionCode.serverIdentifier);
  if (serverAt !== undefined) view.setUint32(serverAt, addressNumber(server));
  const clientAt = valueAt(OptionCode.clientIdentifier);
  // A hardware type and the MAC (RFC 2132 §9.14).
  if (clientAt !== undefined) view.setUint32(clientAt + 1, 0x02000000);
  const uuidAt = valueAt(OptionCode.clientMachineIdentifier);
  const macAt = [chaddrAt + 3, ...(clientAt === undefined ? [] : [clientAt + 4])];
  // The machine's identifier is its own, too: here it ends in its MAC.
  return {
    bytes,
    macAt: uuidAt === undefined ? macAt : [...macAt, uuidAt + 14],
    addressAt: valueAt(OptionCode.requestedAddress),
  };
}

export interface Route {
  /** `giaddr`. */
  readonly relay: string;
  readonly server: string;
}

/** Writes the form as machine `index` sends it, with an xid of 0. @returns Where it ends. */
export function writeMessage({ bytes, macAt, addressAt }: MessageForm, index: number, into: Uint8Array, at: number) {
  into.set(bytes, at);
  for (const place of macAt) into.set([index >>> 16, (index >>> 8) & 0xff, index & 0xff], at + place);
  if (addressAt !== undefined) new DataView(into.buffer, into.byteOffset).setUint32(at + addressAt, addressOf(index));
  return at + bytes.length;
}

/** Where its value begins; only of a message that was encoded here. */
function findOption(bytes: Uint8Array, wanted: number): number | undefined {
  for (let at = optionsAt; at < bytes.length; ) {
    const code = bytes[at] ?? 255;
    if (code === 255) return undefined;
    if (code === wanted) return at + 2;
    at += code === 0 ? 1 : 2 + (bytes[at + 1] ?? 0);
  }
  return undefined;
}
