// Captured packets of real clients, for tests that begin where those clients began.
import { readFileSync } from "node:fs";
import { type DhcpMessage, decodeDhcpMessage } from "@neverland/protocols";

const directory = new URL("../../../../protocols/fixtures/dhcp/", import.meta.url);

/** The nth packet (from 0) of a boot that protocols/fixtures/dhcp holds. */
export function captured(name: string, at: number): DhcpMessage {
  const packets = JSON.parse(readFileSync(new URL(`${name}.json`, directory), "utf8")) as { hex: string }[];
  return decodeDhcpMessage(Uint8Array.from(Buffer.from(packets[at]?.hex ?? "", "hex")));
}
