// The prepared path beside the plain one: the same bytes for every captured request, and for whatever is made of them.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HardwareInterface } from "@neverland/api";
import { cardsOf, type MachineCard } from "@neverland/machines/machine-card.ts";
import { BootpOp, type DhcpMessage, encodeDhcpMessage, MessageType, OptionCode, writeText } from "@neverland/protocols";
import fc from "fast-check";
import { allCaptured } from "../testing/captured.ts";
import { asOurs, config, ip, noConflicts } from "../testing/dhcp-decisions.ts";
import { testMachine } from "../testing/machines.ts";
import { composeReply } from "./dhcp-reply.ts";
import { respondToDhcp } from "./dhcp-responder.ts";
import { PreparedReplies } from "./prepared-replies.ts";

const asCaptured = allCaptured().filter(({ op }) => op === BootpOp.request);
const requests = [...asCaptured, ...asCaptured.map(asOurs)];

const long = "a-name-that-is-long.".repeat(8);
const cards: readonly HardwareInterface[] = [
  {},
  { netboot: { allowPXE: false } },
  { netboot: { allowPXE: true, ipxe: { url: `http://10.77.0.9/${long}.ipxe` } } },
  { netboot: { allowPXE: true, ipxe: { binary: "grub-ä.efi" } } },
  { dhcp: { tftp_server_name: "10.77.0.8", boot_file_name: "pxelinux.0" } },
  {
    dhcp: {
      lease_time: 0xffffffff,
      hostname: "m50",
      domain_name: "example.org",
      name_servers: Array.from({ length: 40 }, (_, at) => `10.0.0.${at}`),
      time_servers: Array.from({ length: 60 }, (_, at) => `10.0.1.${at}`),
      classless_static_routes: [{ destination_descriptor: "10.0.0.0/8", router: "10.77.0.1" }],
    },
  },
];
const machines = cards.map((card): MachineCard => {
  const [machine] = cardsOf(testMachine(50, card));
  assert.ok(machine);
  return machine;
});

/** One that lives on, as in a server: what it keeps of one reply is used for the next. */
const prepared = new PreparedReplies(config);

/** @returns How the message is answered, by both paths the same. */
function answerOf(message: DhcpMessage, machine: MachineCard): string {
  const decision = respondToDhcp(message, { found: "one", machine }, noConflicts, config);
  if (decision.kind !== "reply") return decision.kind;
  const out = new Uint8Array(1500).fill(0xee);
  const plain = composeReply(decision, config);
  const { sizeBytes, leftOut } = prepared.write(out, decision);
  assert.deepEqual(leftOut, plain.leftOut);
  assert.deepEqual(
    Buffer.from(out.subarray(0, sizeBytes)).toString("hex"),
    Buffer.from(encodeDhcpMessage(plain.message)).toString("hex"),
  );
  return decision.type;
}

describe("a prepared reply is the plain one", () => {
  test("for every captured request and kind of record", () => {
    const answers = new Set(requests.flatMap((message) => machines.map((machine) => answerOf(message, machine))));
    assert.deepEqual([...answers].sort(), ["ack", "nak", "offer"]);
  });

  test("for requests that are made of captured ones", () => {
    const option = fc.oneof(
      fc.constantFrom(1, 2, 3, 4, 7, 8).map((type) => ({ code: OptionCode.messageType, value: Uint8Array.of(type) })),
      fc.integer({ min: 0, max: 65_535 }).map((size) => ({
        code: OptionCode.maximumMessageSize,
        value: Uint8Array.of(size >>> 8, size),
      })),
      fc
        .uint8Array({ maxLength: 300 })
        .chain((value) =>
          fc
            .constantFrom(
              OptionCode.clientIdentifier,
              OptionCode.relayAgentInformation,
              OptionCode.clientMachineIdentifier,
            )
            .map((code) => ({ code, value })),
        ),
      fc.constantFrom(0, 6, 7, 9, 11, 16, 999).map((architecture) => ({
        code: OptionCode.clientArchitecture,
        value: Uint8Array.of(architecture >>> 8, architecture),
      })),
      fc.constantFrom("PXEClient", "HTTPClient:Arch:00016", "udhcp 1.36").map((name) => ({
        code: OptionCode.vendorClass,
        value: writeText(name),
      })),
      fc.constantFrom("10.77.0.50", "10.77.0.51").map((address) => ({
        code: OptionCode.requestedAddress,
        value: Uint8Array.from(address.split("."), Number),
      })),
    );
    const address = fc.constantFrom("0.0.0.0", "10.77.0.50", "10.99.0.1").map(ip);
    const request = fc.record({
      at: fc.nat(requests.length - 1),
      machine: fc.constantFrom(...machines),
      options: fc.uniqueArray(option, { maxLength: 6, selector: ({ code }) => code }),
      header: fc.record({
        xid: fc.integer({ min: 0, max: 0xffffffff }),
        flags: fc.constantFrom(0, 0x8000, 0xffff),
        ciaddr: address,
        giaddr: address,
        hlen: fc.constantFrom(6, 16),
      }),
    });
    fc.assert(
      fc.property(request, ({ at, machine, options, header }) => {
        const message = requests[at];
        assert.ok(message);
        const replaced = new Set<number>(options.map(({ code }) => code));
        const kept = message.options.filter(({ code }) => !replaced.has(code));
        answerOf({ ...message, ...header, options: [...kept, ...options] }, machine);
      }),
      { numRuns: 5000 },
    );
  });

  test("when a record has changed", () => {
    const [message] = requests;
    assert.ok(message);
    const of = (hostname: string) => cardsOf(testMachine(50, { dhcp: { hostname } }))[0];
    for (const machine of [of("one"), of("another")]) answerOf(message, machine ?? assert.fail());
  });
});

test("messages of all types are among the captured", () => {
  const types = new Set(
    requests.map(({ options }) => options.find(({ code }) => code === OptionCode.messageType)?.value[0]),
  );
  assert.ok(types.has(MessageType.discover) && types.has(MessageType.request));
});
