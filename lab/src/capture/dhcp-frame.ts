// Recognises a DHCP client's message in an Ethernet frame: enough to see firmware come up, no more.

/** RFC 2132 §9.6. */
export type DhcpKind = "discover" | "offer" | "request" | "decline" | "ack" | "nak" | "release" | "inform";

export interface DhcpFrame {
  readonly kind: DhcpKind;
  /** The client's, lower case with colons. */
  readonly mac: string;
}

const kinds: readonly (DhcpKind | undefined)[] = [
  undefined,
  "discover",
  "offer",
  "request",
  "decline",
  "ack",
  "nak",
  "release",
  "inform",
];
const magicCookie = 0x63825363;
const fixedPartBytes = 240;

/** @returns Nothing for any frame that is not DHCP over untagged IPv4. */
export function readDhcpFrame(frame: Uint8Array): DhcpFrame | undefined {
  const udp = udpPayload(frame);
  if (udp === undefined || udp.length < fixedPartBytes) return undefined;
  const view = new DataView(udp.buffer, udp.byteOffset, udp.byteLength);
  if (view.getUint32(236) !== magicCookie) return undefined;
  const kind = kinds[messageType(udp.subarray(fixedPartBytes)) ?? 0];
  if (kind === undefined) return undefined;
  return { kind, mac: [...udp.subarray(28, 34)].map((byte) => byte.toString(16).padStart(2, "0")).join(":") };
}

function udpPayload(frame: Uint8Array): Uint8Array | undefined {
  if (frame.length < 42 || frame[12] !== 0x08 || frame[13] !== 0x00 || frame[23] !== 17) return undefined;
  const udp = 14 + ((frame[14] ?? 0) & 15) * 4;
  const port = ((frame[udp + 2] ?? 0) << 8) | (frame[udp + 3] ?? 0);
  return port === 67 || port === 68 ? frame.subarray(udp + 8) : undefined;
}

function messageType(options: Uint8Array): number | undefined {
  let at = 0;
  while (at < options.length && options[at] !== 255) {
    if (options[at] === 0) {
      at += 1;
      continue;
    }
    if (options[at] === 53) return options[at + 2];
    at += 2 + (options[at + 1] ?? 0);
  }
  return undefined;
}
