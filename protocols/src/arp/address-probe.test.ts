import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ipv4Address, MacAddress } from "../ip/address.ts";
import { buildAddressProbe, readAddressClaim } from "./address-probe.ts";

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

test("a probe asks for the address and says none of its own", () => {
  const probe = buildAddressProbe("52:54:00:00:00:01" as MacAddress, "10.77.0.61" as Ipv4Address);
  assert.equal(hexOf(probe), "0001080006040001" + "525400000001" + "00000000" + "000000000000" + "0a4d003d");
});

test("who answers, and who asks for another while it has the address, claims it", () => {
  const claim = { mac: "52:54:00:00:00:3c", address: "10.77.0.61" };
  // As Linux answers, filled up to Ethernet's shortest frame; and a request of the same machine's.
  const reply = bytesOf(`0001080006040002 52540000003c 0a4d003d 525400000001 00000000 ${"00".repeat(18)}`);
  const request = bytesOf("0001080006040001 52540000003c 0a4d003d 000000000000 0a4d0001");
  assert.deepEqual([readAddressClaim(reply), readAddressClaim(request)], [claim, claim]);
});

test("what is cut, of another protocol, or neither request nor reply claims nothing", () => {
  const reply = bytesOf("0001080006040002 52540000003c 0a4d003d 525400000001 00000000");
  for (const [at, byte] of [
    [1, 6],
    [2, 0x86],
    [4, 8],
    [5, 16],
    [7, 3],
  ] as const)
    assert.equal(readAddressClaim(reply.with(at, byte)), undefined, `byte ${at}`);
  assert.equal(readAddressClaim(reply.subarray(0, 27)), undefined);
  assert.equal(readAddressClaim(new Uint8Array(0)), undefined);
});
