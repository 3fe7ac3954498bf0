// Captured packets of real clients, for tests that begin where those clients began.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { type DhcpMessage, decodeDhcpMessage } from "@neverland/protocols";

const directory = new URL("../../../../protocols/fixtures/dhcp/", import.meta.url);

/** The nth packet (from 0) of a boot that protocols/fixtures/dhcp holds. */
export function captured(name: string, at: number): DhcpMessage {
  return packetsOf(`${name}.json`)[at] ?? assert.fail(`${name} has no packet ${at}`);
}

/** Every packet of every boot that protocols/fixtures/dhcp holds. */
export function allCaptured(): DhcpMessage[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith(".json"))
    .flatMap(packetsOf);
}

function packetsOf(file: string): DhcpMessage[] {
  const packets = JSON.parse(readFileSync(new URL(file, directory), "utf8")) as { hex: string }[];
  return packets.map(({ hex }) => decodeDhcpMessage(Uint8Array.from(Buffer.from(hex, "hex"))));
}
