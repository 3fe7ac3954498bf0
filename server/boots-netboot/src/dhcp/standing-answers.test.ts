// What stands beside what would be decided: the same bytes for every relayed request that is answered from memory.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HardwareInterface } from "@neverland/api";
import { cardsOf, type MachineCard } from "@neverland/machines/machine-card.ts";
import {
  BootpOp,
  type DhcpMessage,
  type DhcpOption,
  decodeDhcpMessage,
  encodeDhcpMessage,
  OptionCode,
  PacketError,
  writeText,
} from "@neverland/protocols";
import type { Said } from "@neverland/timeline/budgets/event-gate.ts";
import fc from "fast-check";
import { allCaptured } from "../testing/captured.ts";
import { asOurs, config, ip, noConflicts, serverAddress } from "../testing/dhcp-decisions.ts";
import { testMachine } from "../testing/machines.ts";
import { composeReply } from "./dhcp-reply.ts";
import { respondToDhcp } from "./dhcp-responder.ts";
import { StandingAnswers } from "./standing-answers.ts";

const said: Said = { told: undefined, sinceMs: 0, heardMs: 0, repeats: 0 };
const chaddr = Uint8Array.of(0x52, 0x54, 0, 0, 0, 0x32, ...new Uint8Array(10));

/** By a relay, from our machine, as if it had been offered its address. */
function asRelayed(message: DhcpMessage): DhcpMessage {
  return { ...asOurs(message), giaddr: ip("10.99.0.1"), ciaddr: ip("0.0.0.0"), chaddr };
}

const requests = allCaptured()
  .filter(({ op }) => op === BootpOp.request)
  .map(asRelayed);

function machineOf(card: HardwareInterface): MachineCard {
  const [machine] = cardsOf(testMachine(50, card));
  assert.ok(machine);
  return machine;
}

const machines = [
  {},
  { netboot: { allowPXE: false } },
  { netboot: { allowPXE: true, ipxe: { url: `http://10.77.0.9/${"a-name-that-is-long.".repeat(8)}.ipxe` } } },
  { dhcp: { tftp_server_name: "10.77.0.8", boot_file_name: "pxelinux.0" } },
  { dhcp: { lease_time: 0xffffffff, time_servers: Array.from({ length: 60 }, (_, at) => `10.0.1.${at}`) } },
].map(machineOf);

/** The plain answer; undefined where there is none, or it is no grant, or the request cannot be read. */
function granted(request: Uint8Array, machine: MachineCard): Uint8Array | undefined {
  try {
    const decision = respondToDhcp(decodeDhcpMessage(request), { found: "one", machine }, noConflicts, config);
    if (decision.kind !== "reply" || decision.type === "nak") return undefined;
    return encodeDhcpMessage(composeReply(decision, config).message);
  } catch (error) {
    assert.ok(error instanceof PacketError, String(error));
    return undefined;
  }
}

const room = () => new Uint8Array(1500).fill(0xee);

/** One machine that asks once and again. @returns Whether it was answered from memory. */
function askTwice(answers: StandingAnswers, machine: MachineCard, first: DhcpMessage, second: DhcpMessage): boolean {
  const [before, again] = [encodeDhcpMessage(first), encodeDhcpMessage(second)];
  const reply = granted(before, machine);
  if (reply !== undefined) answers.keep(before, reply, said);
  const out = room();
  const sizeBytes = answers.write(again, out);
  if (sizeBytes === 0) return false;
  const expected = granted(again, machine);
  assert.ok(expected, "an answer stood for what is not granted");
  assert.equal(Buffer.from(out.subarray(0, sizeBytes)).toString("hex"), Buffer.from(expected).toString("hex"));
  return true;
}

const answersOf = () => new StandingAnswers(serverAddress, () => true);

const option: fc.Arbitrary<DhcpOption> = fc.oneof(
  ...[
    [OptionCode.messageType, ["\x01", "\x03", "\x07"]],
    [OptionCode.maximumMessageSize, ["\x02\x40", "\x05\xdc", "\x03"]],
    [OptionCode.vendorClass, ["PXEClient", "HTTPClient:Arch:00016", "udhcp 1.36"]],
    [OptionCode.userClass, ["iPXE", "Tinkerbell", "other"]],
    [OptionCode.clientArchitecture, ["\0\0", "\0\x07", "\0\x0b", "\x03\xe7"]],
    [OptionCode.networkInterfaceIdentifier, ["\x01\x02\x01"]],
    [OptionCode.clientMachineIdentifier, [`\0${"u".repeat(16)}`, `\0${"v".repeat(16)}`, "\x01", ""]],
    [OptionCode.clientIdentifier, ["", "\x01abcdef", "a".repeat(250)]],
    [OptionCode.relayAgentInformation, ["", "\x01\x04eth0", "b".repeat(255)]],
    [OptionCode.requestedAddress, ["\x0a\x4d\0\x32", "\x0a\x4d\0\x33", "\x0a"]],
    [OptionCode.serverIdentifier, ["\x0a\x4d\0\x01", "\x0a\x4d\0\x02"]],
    [OptionCode.overload, ["\x01", "\0"]],
    [12, ["a-host", "another"]],
    [0, [""]],
  ].map(([code, texts]) =>
    fc
      .constantFrom(...(texts as string[]))
      .map((text) => ({ code: code as number, value: Buffer.from(text, "latin1") })),
  ),
);

/** A captured request, changed in a few places; and the same one changed again in as few. */
const pair = fc.record({
  at: fc.nat(requests.length - 1),
  machine: fc.constantFrom(...machines),
  changes: fc.tuple(fc.array(option, { maxLength: 2 }), fc.array(option, { maxLength: 1 })),
  header: fc.record(
    {
      xid: fc.integer({ min: 0, max: 0xffffffff }),
      flags: fc.constantFrom(0, 0x8000, 0xffff),
      giaddr: fc.constantFrom("10.99.0.2", "10.99.0.3", "10.99.0.4", "0.0.0.0").map(ip),
      ciaddr: fc.constantFrom("0.0.0.0", "0.0.0.0", "0.0.0.0", "10.77.0.50").map(ip),
      secs: fc.nat(0xffff),
      hlen: fc.constantFrom(6, 6, 6, 16),
    },
    { requiredKeys: [] },
  ),
});

/** Options that replace those of their code, or stand beside them where there are two of one. */
function changed(message: DhcpMessage, options: readonly DhcpOption[]): DhcpMessage {
  const codes = new Set(options.map(({ code }) => code));
  const others = message.options.filter(({ code }) => !codes.has(code));
  return { ...message, options: [...others, ...options], trailer: Uint8Array.of(255) };
}

describe("an answer that stands is the one that would be given", () => {
  test("to every captured request of a client that is granted its address", () => {
    const repeated = requests.map((request) => {
      const again = { ...request, xid: 0x01020304, secs: 9 };
      return machines.map((machine) => askTwice(answersOf(), machine, request, again));
    });
    const types = requests.map(({ options }) => options.find(({ code }) => code === 53)?.value[0]);
    for (const [at, answers] of repeated.entries())
      assert.equal(answers.every(Boolean), types[at] === 1 || types[at] === 3, `request ${at} of type ${types[at]}`);
  });

  test("to whatever is made of captured requests, asked after another that is much like it", () => {
    let stood = 0;
    fc.assert(
      fc.property(pair, ({ at, machine, changes: [first, second], header }) => {
        const message = requests[at];
        assert.ok(message);
        const before = changed(message, first);
        if (askTwice(answersOf(), machine, before, { ...changed(before, second), ...header })) stood += 1;
      }),
      { numRuns: 5000 },
    );
    assert.ok(stood > 500, `only ${stood} of 5000 were answered from memory`);
  });

  test("to machines that differ in their answers alone", () => {
    const answers = answersOf();
    const [request] = requests;
    assert.ok(request);
    const all = Array.from({ length: 200 }, (_, at) => cardsOf(testMachine(at + 1))[0] ?? assert.fail());
    const asked = all.map((machine, at) => {
      const bytes = encodeDhcpMessage({
        ...request,
        chaddr: Uint8Array.of(0x52, 0x54, 0, 0, 0, at + 1, ...chaddr.subarray(6)),
      });
      const reply = granted(bytes, machine) ?? assert.fail();
      answers.keep(bytes, reply, said);
      return { bytes, reply };
    });
    for (const { bytes, reply } of asked) {
      const out = room();
      assert.deepEqual(Buffer.from(out.subarray(0, answers.write(bytes, out))), Buffer.from(reply));
    }
  });
});

test("no answer stands that is forgotten, was said too long ago, or gives an address that is disputed", () => {
  const [discover] = requests;
  assert.ok(discover);
  const [request, machine] = [encodeDhcpMessage(discover), machineOf({})];
  const reply = granted(request, machine) ?? assert.fail();
  let stands = true;
  const asked: number[] = [];
  const answers = new StandingAnswers(serverAddress, (_, address) => {
    asked.push(address);
    return stands;
  });
  answers.keep(request, reply, said);
  stands = false;
  assert.equal(answers.write(request, room()), 0);
  stands = true;
  assert.notEqual(answers.write(request, room()), 0);
  assert.deepEqual(asked, [0x0a4d0032, 0x0a4d0032]);
  answers.forget(machine.mac);
  assert.equal(answers.write(request, room()), 0);
  answers.keep(request, reply, said);
  answers.forgetAll();
  assert.equal(answers.write(request, room()), 0);
});

test("twenty thousand kinds of requests of one machine take bounded memory, and the next is kept", () => {
  const [discover] = requests;
  assert.ok(discover);
  const [answers, machine] = [answersOf(), machineOf({})];
  const before = process.memoryUsage();
  for (let at = 0; at < 20_000; at += 1) {
    const request = encodeDhcpMessage(changed(discover, [{ code: OptionCode.vendorClass, value: writeText(`${at}`) }]));
    answers.keep(request, granted(request, machine) ?? assert.fail(), said);
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  assert.ok(heapUsed + arrayBuffers - before.heapUsed - before.arrayBuffers < 150e6);
  assert.equal(askTwice(answers, machine, discover, discover), true);
});
