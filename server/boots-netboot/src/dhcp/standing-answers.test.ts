// What stands beside what would be decided: the same bytes for every relayed request that is answered from memory.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HardwareInterface } from "@neverland/api";
import { cardsOf, type MachineCard } from "@neverland/machines/machine-card.ts";
import { collect } from "@neverland/packet-thread/testing/collect.ts";
import {
  BootpOp,
  type DhcpMessage,
  type DhcpOption,
  decodeDhcpMessage,
  encodeDhcpMessage,
  fixedBytes,
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
import { RequestScan } from "./request-scan.ts";
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

test("no answer stands that is forgotten or was said too long ago", () => {
  const [discover] = requests;
  assert.ok(discover);
  const [request, machine] = [encodeDhcpMessage(discover), machineOf({})];
  const reply = granted(request, machine) ?? assert.fail();
  let stands = true;
  const answers = new StandingAnswers(serverAddress, () => stands);
  answers.keep(request, reply, said);
  stands = false;
  assert.equal(answers.write(request, room()), 0);
  stands = true;
  assert.notEqual(answers.write(request, room()), 0);
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

/** Requests whose kinds differ and have one hash: each place holds one of two words that lead to the same. */
function colliding(): Uint8Array[] {
  const [discover] = requests;
  assert.ok(discover);
  const places = 11;
  const start = "x".repeat(200);
  const request = (vendorClass: Uint8Array): Uint8Array =>
    encodeDhcpMessage({
      ...discover,
      options: [
        { code: OptionCode.messageType, value: Uint8Array.of(1) },
        { code: OptionCode.vendorClass, value: vendorClass },
      ],
    });
  const word = Buffer.alloc(4);
  const fnv = (hash: number, bytes: Uint8Array) => bytes.reduce((so, byte) => Math.imul(so ^ byte, 0x01000193), hash);
  let hash = fnv(0x811c9dc5, Buffer.of(53, 1, 1, 60, start.length + 4 * places, ...Buffer.from(start)));
  let all = [Buffer.from(start)];
  for (let place = 0; place < places; place += 1) {
    const seen = new Map<number, number>();
    for (let value = 0; ; value += 1) {
      word.writeUInt32BE((value * 2_654_435_761) % 2 ** 32);
      const after = fnv(hash, word);
      const other = seen.get(after);
      seen.set(after, word.readUInt32BE());
      if (other === undefined) continue;
      const twin = Buffer.alloc(4);
      twin.writeUInt32BE(other);
      all = all.flatMap((one) => [Buffer.concat([one, word]), Buffer.concat([one, twin])]);
      hash = after;
      break;
    }
  }
  return all.map(request);
}

describe("kinds that were made up to have one hash", () => {
  const made = colliding();
  const machine = machineOf({});
  const reply = granted(made[0] ?? assert.fail(), machine) ?? assert.fail();

  test("have it, and differ", () => {
    const scan = new RequestScan();
    const kinds = made.map((request) => {
      assert.ok(scan.read(request));
      return [scan.hash, Buffer.from(scan.kind.subarray(0, scan.kindSize)).toString("hex")] as const;
    });
    assert.equal(new Set(kinds.map(([hash]) => hash)).size, 1);
    assert.equal(new Set(kinds.map(([, kind]) => kind)).size, 2048);
  });

  test("cost no more than others", () => {
    const others = made.map((request, at) => {
      const other = Uint8Array.from(request);
      new DataView(other.buffer).setUint32(fixedBytes + 10, at);
      return other;
    });
    const msOf = (some: readonly Uint8Array[]): number => {
      const answers = answersOf();
      const before = performance.now();
      for (const request of some) answers.keep(request, reply, said);
      return performance.now() - before;
    };
    const rounds = Array.from({ length: 5 }, () => [msOf(made), msOf(others)] as const);
    const least = (at: 0 | 1) => Math.min(...rounds.map((both) => both[at]));
    assert.ok(least(0) < 5 * least(1), `${least(0)} ms beside ${least(1)}`);
  });

  test("are told apart", () => {
    const answers = answersOf();
    const [one, other] = made;
    assert.ok(one && other);
    answers.keep(one, reply, said);
    assert.equal(answers.write(other, room()), 0);
    answers.keep(other, reply, said);
    assert.deepEqual(
      [one, other].map((request) => answers.write(request, room()) > 0),
      [true, true],
    );
  });
});

test("kinds that are made up for each of many machines take no more than answers may", {
  timeout: 60_000,
}, async () => {
  const answers = answersOf();
  const [discover] = requests;
  assert.ok(discover);
  const vendorClass = Buffer.alloc(250, "x");
  const request = encodeDhcpMessage(changed(discover, [{ code: OptionCode.vendorClass, value: vendorClass }]));
  const view = new DataView(request.buffer, request.byteOffset);
  const classAt = Buffer.from(request).indexOf(vendorClass);
  const reply = granted(request, machineOf({})) ?? assert.fail();
  const bytesNow = (): number => {
    collect();
    return process.memoryUsage().arrayBuffers;
  };
  const before = bytesNow();
  for (let at = 0; at < 400_000; at += 1) {
    view.setUint32(30, at >>> 3);
    view.setUint32(classAt, at);
    answers.keep(request, reply, said);
  }
  // What is collected is given back by a thread of V8's own, whenever that has its turn; what is held never is.
  while (bytesNow() - before >= 80e6) await new Promise((resolve) => setImmediate(resolve));
});
