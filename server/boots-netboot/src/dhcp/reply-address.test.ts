// RFC 2131 §4.1, sentence by sentence.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type DhcpMessage, type Ipv4Address, type MacAddress, unspecifiedIpv4 } from "@neverland/protocols";
import { captured } from "../testing/captured.ts";
import { replyDestination } from "./reply-address.ts";

const ip = (text: string) => text as Ipv4Address;
const mac = "52:54:00:00:00:32" as MacAddress;
const discover = captured("bios-virtio-ipxerom", 0); // broadcast flag clear
const ovmf = captured("efi-virtio-native", 0); // broadcast flag set
const to = (request: DhcpMessage, yiaddr = ip("10.77.0.50"), isNak = false) =>
  replyDestination(request, mac, { yiaddr, isNak });

test("a relayed message is answered to the relay, also by a NAK", () => {
  const relayed = { ...ovmf, giaddr: ip("10.99.0.1") };
  assert.deepEqual(to(relayed), { to: "relay", address: "10.99.0.1" });
  assert.deepEqual(to(relayed, unspecifiedIpv4, true), { to: "relay", address: "10.99.0.1" });
});

test("a client with an address is answered there", () => {
  assert.deepEqual(to({ ...ovmf, ciaddr: ip("10.77.0.50") }), { to: "client", address: "10.77.0.50" });
});

test("a NAK without a relay is broadcast, whatever address the client claims", () => {
  assert.deepEqual(to({ ...discover, ciaddr: ip("10.77.0.50") }, unspecifiedIpv4, true), { to: "broadcast" });
});

test("the broadcast flag is obeyed; without it the reply goes to the card", () => {
  assert.deepEqual(to(ovmf), { to: "broadcast" });
  assert.deepEqual(to(discover), { to: "link", mac, address: "10.77.0.50" });
});
