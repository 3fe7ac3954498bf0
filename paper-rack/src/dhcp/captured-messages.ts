// What real firmware sends, taken from a capture: UEFI's own PXE client, and the iPXE that it then loads.
import { readFileSync } from "node:fs";
import { type DhcpMessage, decodeDhcpMessage } from "@neverland/protocols";

/** Who speaks on the machine: its firmware, or the iPXE it has loaded. */
export type Speaker = "firmware" | "ipxe";
export type ClientMessage = "discover" | "request";

const capture = new URL("../../../protocols/fixtures/dhcp/efi-virtio-native.json", import.meta.url);
/** Which of the capture's packets it is, from 0. */
const places: Record<Speaker, Record<ClientMessage, number>> = {
  firmware: { discover: 0, request: 2 },
  ipxe: { discover: 4, request: 8 },
};

/** As it was captured, with the xid, hardware address and offer of that machine. */
export function capturedMessage(speaker: Speaker, asking: ClientMessage): DhcpMessage {
  const packets = JSON.parse(readFileSync(capture, "utf8")) as { hex: string }[];
  return decodeDhcpMessage(Buffer.from(packets[places[speaker][asking]]?.hex ?? "", "hex"));
}
