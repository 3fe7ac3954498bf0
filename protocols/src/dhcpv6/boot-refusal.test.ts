// The SOLICITs of real firmware, the answer to them, and hostile bytes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { PacketError } from "../packet-error.ts";
import { decodeBootSolicit, encodeBootRefusal, macFromLinkLocal, solicitsBoot } from "./boot-refusal.ts";

const fixture = new URL("../../fixtures/dhcpv6/ovmf-solicit.json", import.meta.url);
const packets = (JSON.parse(readFileSync(fixture, "utf8")) as { hex: string }[]).map(({ hex }) => bytesOf(hex));
const clientId = "0001000131da8cc8525400000032";

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

test("reads who asks, in PXE's and in HTTP boot's SOLICIT", () => {
  const solicits = packets.map((bytes) => decodeBootSolicit(bytes));
  assert.deepEqual(solicits, [
    { transactionId: 0x32eac1, clientId: bytesOf(clientId), vendorClasses: ["PXEClient:Arch:00007:UNDI:003000"] },
    { transactionId: 0x33eac1, clientId: bytesOf(clientId), vendorClasses: ["HTTPClient:Arch:00016:UNDI:003000"] },
  ]);
  assert.deepEqual(
    solicits.map((solicit) => solicit && solicitsBoot(solicit)),
    [true, true],
  );
});

test("an operating system's SOLICIT is none for a boot file", () => {
  const solicit = decodeBootSolicit(bytesOf(`01000001 0001000e${clientId}`.replaceAll(" ", "")));
  assert.deepEqual(solicit?.vendorClasses, []);
  assert.equal(solicit && solicitsBoot(solicit), false);
});

test("other messages and one without a client identifier are none to answer", () => {
  assert.equal(decodeBootSolicit(bytesOf("03000001")), undefined);
  assert.equal(decodeBootSolicit(bytesOf("01000001")), undefined);
});

test("the refusal has the client's identifier, ours, the highest preference, and nothing else", () => {
  const solicit = { transactionId: 0x32eac1, clientId: bytesOf(clientId), vendorClasses: [] };
  const hex = Buffer.from(encodeBootRefusal(solicit, bytesOf("525400000001"))).toString("hex");
  assert.equal(hex, `0232eac10001000e${clientId}0002000a0003000152540000000100070001ff`);
});

test("a link-local address formed from an Ethernet address gives it back", () => {
  assert.equal(macFromLinkLocal("fe80::5054:ff:fe00:32%br0"), "52:54:00:00:00:32");
  assert.equal(macFromLinkLocal("fe80::ff:fe00:1"), "02:00:00:00:00:01");
  for (const other of ["fe80::1", "fe80::5054:1:2:3", "fd00::5054:ff:fe00:32", "10.0.0.1", ""])
    assert.equal(macFromLinkLocal(other), undefined);
});

test("every truncation, mutated and random bytes are read or refused with a PacketError", () => {
  for (const bytes of packets)
    for (let length = 0; length < bytes.length; length++) readOrRefuse(bytes.subarray(0, length));
  const edits = fc.array(fc.tuple(fc.nat(110), fc.nat(255)), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(edits, (changes) => {
      const bytes = Uint8Array.from(packets[0] ?? []);
      for (const [at, value] of changes) bytes[at] = value;
      readOrRefuse(bytes);
    }),
    { numRuns: 1000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (tail) => readOrRefuse(Uint8Array.of(1, 0, 0, 1, ...tail))),
    { numRuns: 1000 },
  );
});

function readOrRefuse(bytes: Uint8Array): void {
  try {
    decodeBootSolicit(bytes);
  } catch (error) {
    assert.ok(error instanceof PacketError, String(error));
  }
}
