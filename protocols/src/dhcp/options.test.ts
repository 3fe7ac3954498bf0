// Option values against the examples of their RFCs, long options, overloaded fields, and hostile values.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Ipv4Address, parseIpv4, parseMac } from "../ip/address.ts";
import { PacketError } from "../packet-error.ts";
import { Reader } from "../reader.ts";
import { Writer } from "../writer.ts";
import { readClasslessRoutes, writeClasslessRoutes } from "./classless-routes.ts";
import { readClientIdentity } from "./client-identity.ts";
import { readDomainSearch, writeDomainSearch } from "./domain-search.ts";
import { readEncapsulated, writeEncapsulated } from "./encapsulated.ts";
import { joinOptions, readOptions, writeOptions } from "./option-list.ts";
import { readU16, writeU32 } from "./option-values.ts";
import { readUserClasses } from "./user-class.ts";

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const code = (expected: string) => (error: unknown) => error instanceof PacketError && error.code === expected;
const noFields = { file: new Uint8Array(128), sname: new Uint8Array(64) };

test("reads RFC 3397's compressed example: eng.apple.com and marketing.apple.com", () => {
  const joined = bytesOf("03656e67 056170706c65 03636f6d 00 096d61726b6574696e67 c004");
  assert.deepEqual(readDomainSearch(joined), ["eng.apple.com", "marketing.apple.com"]);
});

test("writes search domains in full", () => {
  assert.equal(hexOf(writeDomainSearch(["a.bc", "d"])), "0161026263000164" + "00");
});

test("refuses pointers that point at themselves, forward, or past the end", () => {
  assert.throws(() => readDomainSearch(bytesOf("c000")), code("malformed"));
  assert.throws(() => readDomainSearch(bytesOf("0161c004000161c002")), code("malformed"));
  assert.throws(() => readDomainSearch(bytesOf("0161c0ff")), code("malformed"));
  assert.throws(() => readDomainSearch(bytesOf("0161c0")), code("truncated"));
  assert.throws(() => readDomainSearch(bytesOf("4161")), code("malformed"));
});

test("any bytes as a search list are read or refused with a PacketError", () => {
  const labelled = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(labelled, (bytes) => refusesCleanly(() => readDomainSearch(bytes))),
    { numRuns: 2000 },
  );
});

test("reads and writes RFC 3442's route examples", () => {
  const routes = readClasslessRoutes(bytesOf("080ac0a80001 180a0b2dc0a80001 000a000001"));
  assert.deepEqual(routes, [
    { destination: "10.0.0.0", prefixLength: 8, router: "192.168.0.1" },
    { destination: "10.11.45.0", prefixLength: 24, router: "192.168.0.1" },
    { destination: "0.0.0.0", prefixLength: 0, router: "10.0.0.1" },
  ]);
  assert.equal(hexOf(writeClasslessRoutes(routes)), "080ac0a80001180a0b2dc0a80001000a000001");
});

test("refuses a route of prefix 33 and a route cut short", () => {
  assert.throws(() => readClasslessRoutes(bytesOf("21 0a0a0a0a0a c0a80001")), code("malformed"));
  assert.throws(() => readClasslessRoutes(bytesOf("080ac0a8")), code("truncated"));
});

test("reads user classes bare and as RFC 3004's list", () => {
  assert.deepEqual(readUserClasses(bytesOf("69505845")), ["iPXE"]);
  assert.deepEqual(readUserClasses(bytesOf("0469505845")), ["iPXE"]);
  assert.deepEqual(readUserClasses(bytesOf("0a54696e6b657262656c6c0469505845")), ["Tinkerbell", "iPXE"]);
  assert.deepEqual(readUserClasses(new Uint8Array(0)), []);
});

test("joins the fragments of a long option, and cuts a long option into fragments", () => {
  const long = Uint8Array.from({ length: 300 }, (_, i) => i % 256);
  const w = new Writer();
  writeOptions(w, [{ code: 121, value: long }]);
  assert.equal(w.sizeBytes, 2 + 255 + 2 + 45);
  const { options } = readOptions(new Reader(w.toBytes()));
  assert.equal(options.length, 2);
  assert.deepEqual(joinOptions({ options, ...noFields }).get(121), long);
});

test("reads overloaded file and sname in that order, and joins across them", () => {
  const options = [
    { code: 52, value: Uint8Array.of(3) },
    { code: 12, value: bytesOf("61") },
  ];
  const joined = joinOptions({ options, file: bytesOf("0c0162ff00"), sname: bytesOf("0c0163 0f0164 ff") });
  assert.equal(hexOf(joined.get(12) ?? new Uint8Array(0)), "616263");
  assert.equal(hexOf(joined.get(15) ?? new Uint8Array(0)), "64");
});

test("does not read file and sname as options unless option 52 says so", () => {
  assert.equal(joinOptions({ options: [], file: bytesOf("0c0162ff"), sname: bytesOf("0f0164ff") }).size, 0);
});

test("sub-options are read and written in order", () => {
  assert.equal(hexOf(writeEncapsulated([[176, Uint8Array.of(1)]])), "b00101");
  assert.deepEqual([...readEncapsulated(bytesOf("0601 08 ff 99")).keys()], [6]);
  assert.throws(() => readEncapsulated(bytesOf("0605 08")), code("truncated"));
});

test("reads the SMBIOS UUID with its little-endian fields", () => {
  const options = new Map([[97, bytesOf("0044454c4c340010538052b4c04f4e3232")]]);
  assert.equal(readClientIdentity(options).uuid, "4c4c4544-0034-5310-8052-b4c04f4e3232");
});

test("an option 97 of another type or length is no UUID", () => {
  assert.equal(readClientIdentity(new Map([[97, bytesOf("0144")]])).uuid, undefined);
  assert.equal(readClientIdentity(new Map([[97, bytesOf("0144454c4c340010538052b4c04f4e3232")]])).uuid, undefined);
});

test("an option that is cut ends the options, and is encoded as it came", () => {
  for (const tail of ["0c", "0c05", "0c056d3630"]) {
    const { options, trailer } = readOptions(new Reader(bytesOf(`350101 ${tail}`)));
    assert.deepEqual(options, [{ code: 53, value: bytesOf("01") }]);
    assert.deepEqual(trailer, bytesOf(tail));
  }
});

test("numbers keep their upper bit", () => {
  assert.equal(hexOf(writeU32(0xffffffff)), "ffffffff");
  assert.equal(readU16(bytesOf("ffff")), 65535);
  assert.throws(() => readU16(bytesOf("ff")), code("malformed"));
});

test("IPv4 addresses are strict dotted quads", () => {
  assert.equal(parseIpv4("10.77.0.1"), "10.77.0.1" as Ipv4Address);
  for (const bad of ["010.0.0.1", "1.2.3", "1.2.3.256", "1.2.3.4 ", "", "::1"]) assert.equal(parseIpv4(bad), undefined);
});

test("MAC addresses are read in their four spellings", () => {
  for (const spelling of ["52:54:00:AB:00:01", "52-54-00-ab-00-01", "5254.00ab.0001", "525400AB0001"])
    assert.equal(parseMac(spelling), "52:54:00:ab:00:01");
  for (const bad of ["52:54:00:ab:00", "52:54-00:ab:00:01", "52:54:00:ab:00:0g", "../etc/passwd"])
    assert.equal(parseMac(bad), undefined);
});

function refusesCleanly(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof PacketError, String(error));
  }
}
