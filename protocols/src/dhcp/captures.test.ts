// Every captured packet of real firmware is read as another decoder read it, and written back byte for byte.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import fc from "fast-check";
import { PacketError } from "../packet-error.ts";
import { clientMac, readClientIdentity } from "./client-identity.ts";
import { readEncapsulated } from "./encapsulated.ts";
import { type DhcpMessage, decodeDhcpMessage, encodeDhcpMessage } from "./message.ts";
import { viewDhcpMessage } from "./message-view.ts";
import { OptionCode } from "./option-codes.ts";
import { joinOptions } from "./option-list.ts";
import { readText } from "./option-values.ts";

interface Capture {
  readonly mt: string;
  readonly o60: string;
  readonly o77: string;
  readonly o93: string;
  readonly o97: string;
  readonly o175: string;
  readonly codes: string;
  readonly file: string;
  readonly flags: string;
  readonly secs: number;
  readonly len: number;
  readonly hex: string;
}

const directory = new URL("../../fixtures/dhcp/", import.meta.url);
const captures = readdirSync(directory)
  .filter((name) => name.endsWith(".json"))
  .flatMap((name) =>
    (JSON.parse(readFileSync(new URL(name, directory), "utf8")) as Capture[]).map((capture, at) => ({
      name: `${name} packet ${at} (${capture.mt})`,
      capture,
      bytes: Uint8Array.from(Buffer.from(capture.hex, "hex")),
    })),
  );
const typeNames = ["", "DISCOVER", "OFFER", "REQUEST", "DECLINE", "ACK", "NAK", "RELEASE", "INFORM"];
const hexOf = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString("hex");

test("there are 118 captured packets", () => assert.equal(captures.length, 118));

describe("captured packets", () => {
  for (const { name, capture, bytes } of captures) {
    test(`${name}: is read as written down`, () => {
      const message = decodeDhcpMessage(bytes);
      const options = joinOptions(message);
      assert.deepEqual(
        {
          mt: typeNames[options.get(OptionCode.messageType)?.[0] ?? 0],
          o60: readText(options.get(60) ?? new Uint8Array(0)),
          o77: readText(options.get(77) ?? new Uint8Array(0)),
          o93: hexOf(options.get(93)),
          o97: hexOf(options.get(97)),
          o175: hexOf(options.get(175)),
          codes: [...options.keys()].sort((a, b) => a - b).join(),
          file: readText(message.file),
          flags: message.flags.toString(16),
          secs: message.secs,
          len: bytes.length,
        },
        {
          mt: capture.mt,
          o60: capture.o60,
          o77: capture.o77,
          o93: capture.o93,
          o97: capture.o97,
          o175: capture.o175,
          codes: capture.codes,
          file: capture.file,
          flags: capture.flags,
          secs: capture.secs,
          len: capture.len,
        },
      );
    });

    test(`${name}: is written back byte for byte`, () => {
      assert.equal(hexOf(encodeDhcpMessage(decodeDhcpMessage(bytes))), capture.hex);
    });
  }

  test("every truncation is read or refused with a PacketError", () => {
    for (const { bytes } of captures)
      for (let length = 0; length < bytes.length; length++) readOrRefuse(bytes.subarray(0, length));
  });

  test("mutated packets are read and written back, or refused with a PacketError", () => {
    const mutation = fc.record({
      at: fc.nat(captures.length - 1),
      edits: fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { minLength: 1, maxLength: 8 }),
    });
    fc.assert(
      fc.property(mutation, ({ at, edits }) => {
        const bytes = Uint8Array.from(captures[at]?.bytes ?? []);
        for (const [offset, value] of edits) bytes[offset % bytes.length] = value;
        readOrRefuse(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  test("random bytes behind a sound header are read and written back, or refused with a PacketError", () => {
    const header = captures[0]?.bytes.subarray(0, 240) ?? new Uint8Array(0);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), (tail) => readOrRefuse(Uint8Array.of(...header, ...tail))),
      { numRuns: 2000 },
    );
  });

  test("random bytes are refused with a PacketError", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 1500 }), (bytes) => readOrRefuse(bytes)));
  });
});

/** Reads all that a server reads; what is read must be written back unchanged, and be the same where it is read in place. */
function readOrRefuse(bytes: Uint8Array): void {
  assert.deepEqual(fieldsOf(viewDhcpMessage, bytes), fieldsOf(decodeDhcpMessage, bytes));
  try {
    const message = decodeDhcpMessage(bytes);
    assert.equal(hexOf(encodeDhcpMessage(message)), hexOf(bytes));
    clientMac(message);
    const options = joinOptions(message);
    readClientIdentity(options);
    readEncapsulated(options.get(OptionCode.ipxeEncapsulated) ?? new Uint8Array(0));
  } catch (error) {
    assert.ok(error instanceof PacketError, String(error));
  }
}

function fieldsOf(read: (bytes: Uint8Array) => DhcpMessage, bytes: Uint8Array): unknown {
  try {
    const message = read(bytes);
    const { op, htype, hlen, hops, xid, secs, flags, ciaddr, yiaddr, siaddr, giaddr, chaddr, sname, file } = message;
    const { options, trailer } = message;
    const numbers = { op, htype, hlen, hops, xid, secs, flags, ciaddr, yiaddr, siaddr, giaddr };
    return { ...numbers, chaddr, sname, file, options, trailer };
  } catch (error) {
    assert.ok(error instanceof PacketError, String(error));
    return error.code;
  }
}
