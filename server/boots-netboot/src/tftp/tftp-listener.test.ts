// TFTP over real sockets on loopback, without privileges: who gets what, limits, and hostile datagrams.

import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterEach, beforeEach, test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { HardwareInterface, MachineEventInput } from "@neverland/api";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import { bindUdp, type UdpEndpoint } from "@neverland/platform/network/udp-endpoint.ts";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { TftpErrorCode } from "@neverland/protocols";
import { EventGate } from "@neverland/timeline/budgets/event-gate.ts";
import fc from "fast-check";
import type { NotLent } from "../boot-files.ts";
import { testMachine } from "../testing/machines.ts";
import { TftpListener } from "./tftp-listener.ts";

const loopback = "127.0.0.1";
const file = Uint8Array.from({ length: 1300 }, (_, i) => i % 251);
let lent: NotLent;
let events: MachineEventInput[];
let index: MachineIndex;
let endpoint: UdpEndpoint;
let listener: TftpListener;

beforeEach(async () => {
  events = [];
  lent = { reason: "FileNotLent", message: "that is not a file that is lent here" };
  index = new MachineIndex();
  index.upsert(machineHere());
  endpoint = await bindUdp({ host: loopback, port: 0, purpose: "TFTP" }, AbortSignal.timeout(5000));
  listener = new TftpListener({
    endpoint,
    files: { read: async (name) => (name === "snponly.efi" ? file : lent) },
    index,
    gate: new EventGate((event) => events.push(event), systemClock.nowMs),
    clock: systemClock,
    limits: { blockSizeBytes: 1468, windowBlocks: 16 },
    transfers: { most: 3, mostOfMachine: 2, mostOfAddress: 3 },
  });
});

afterEach(() => listener.stop(AbortSignal.abort()));

function machineHere(card: HardwareInterface = {}) {
  return testMachine(50, { ...card, dhcp: { ip: { address: loopback } } });
}

/** A client on a port of its own. */
async function openClient(address = loopback) {
  const socket = createSocket("udp4").bind(0, address);
  await once(socket, "listening");
  const ask = async (text: string | Uint8Array): Promise<Buffer> => {
    const answer = once(socket, "message", { signal: AbortSignal.timeout(5000) });
    socket.send(typeof text === "string" ? Buffer.from(text, "latin1") : text, endpoint.port, loopback);
    const [bytes] = (await answer) as [Buffer]; // dgram's message event
    return bytes;
  };
  return { ask, socket, [Symbol.dispose]: () => void socket.close() };
}

const readRequest = (name: string, options = "", mode = "octet") => `\0\x01${name}\0${mode}\0${options}`;
const errorCode = (answer: Buffer) => (answer[1] === 5 ? answer.readUInt16BE(2) : undefined);

test("lends a file block by block, whatever directories stand before its name", async () => {
  using client = await openClient();
  const first = await client.ask(readRequest("52-54-00-00-00-32/snponly.efi"));
  assert.deepEqual(first, Buffer.of(0, 3, 0, 1, ...file.subarray(0, 512)));
  const second = await client.ask(Uint8Array.of(0, 4, 0, 1));
  assert.deepEqual(second, Buffer.of(0, 3, 0, 2, ...file.subarray(512, 1024)));
  const third = await client.ask(Uint8Array.of(0, 4, 0, 2));
  assert.deepEqual(third, Buffer.of(0, 3, 0, 3, ...file.subarray(1024)));
});

test("lends in netascii to whom asks for that, and says how much it is then", async () => {
  using client = await openClient();
  // Among the first 1300 bytes of this file are 6 LF and 6 CR.
  const granted = await client.ask(readRequest("snponly.efi", "tsize\x000\0", "NetASCII"));
  assert.deepEqual(granted, Buffer.from("\0\x06tsize\x001312\0", "latin1"));
  const first = await client.ask(Uint8Array.of(0, 4, 0, 0));
  assert.deepEqual(first.subarray(4, 22), Buffer.from("000102030405060708090d0a0b0c0d000e0f", "hex"));
});

test("takes the trace suffix of upstream's names off", async () => {
  using client = await openClient();
  const answer = await client.ask(readRequest(`snponly.efi-00-${"a".repeat(32)}-${"b".repeat(16)}-01`));
  assert.equal(answer[1], 3);
});

test("a second request from the same port takes the first one's place", async () => {
  using client = await openClient();
  assert.equal(
    (await client.ask(readRequest("snponly.efi", "tsize\x000\0"))).toString("latin1"),
    "\0\x06tsize\x001300\0",
  );
  const answer = await client.ask(readRequest("snponly.efi", "blksize\x001000\0"));
  assert.equal(answer.toString("latin1"), "\0\x06blksize\x001000\0");
});

for (const [what, request, code] of [
  ["a file that is not lent", readRequest("../../etc/passwd"), TftpErrorCode.fileNotFound],
  ["a write", "\0\x02snponly.efi\0octet\0", TftpErrorCode.accessViolation],
  ["the mode mail", readRequest("snponly.efi", "", "mail"), TftpErrorCode.illegalOperation],
] as const)
  test(`refuses ${what} with error ${code}`, async () => {
    using client = await openClient();
    assert.equal(errorCode(await client.ask(request)), code);
  });

test("refuses a machine that is not to be netbooted", async () => {
  index.upsert(machineHere({ netboot: { allowPXE: false } }));
  using client = await openClient();
  assert.equal(errorCode(await client.ask(readRequest("snponly.efi"))), TftpErrorCode.accessViolation);
  assert.equal(events.at(-1)?.reason, "NetbootNotAllowed");
});

test("a machine's third transfer at once ends the one of its own that was quiet for longest", async () => {
  using one = await openClient();
  using two = await openClient();
  using three = await openClient();
  await one.ask(readRequest("snponly.efi"));
  await two.ask(readRequest("snponly.efi"));
  assert.equal((await three.ask(readRequest("snponly.efi")))[1], 3);
  await nextTurn();
  assert.match(
    events.at(-1)?.message ?? "",
    /was cut off while it read snponly\.efi over TFTP: the machine reads too many/,
  );
});

test("a machine for whom there is no room hears nothing, so that it asks again, and has an event", async () => {
  const clients = [];
  for (const last of [51, 52, 53, 54]) {
    const address = `127.0.0.${last}`;
    index.upsert(testMachine(last, { dhcp: { ip: { address } } }));
    clients.push(await openClient(address));
  }
  const [last, ...first] = clients.toReversed();
  for (const client of first) await client.ask(readRequest("snponly.efi"));
  assert.ok(last);
  const unanswered = once(last.socket, "message", { signal: AbortSignal.timeout(200) });
  last.socket.send(readRequest("snponly.efi"), endpoint.port, loopback);
  await assert.rejects(unanswered, { name: "AbortError" });
  for (const client of clients) client[Symbol.dispose]();
  const { type, reason, hardware } = events.at(-1) ?? {};
  assert.deepEqual([type, reason, hardware], ["TftpIgnored", "TooManyTransfers", "default/m54"]);
});

test("a server without file descriptors is no missing file: the machine hears nothing and asks again", async () => {
  lent = { reason: "TooManyOpenFiles", message: "ipxe.efi cannot be opened: EMFILE, too many files are open" };
  using client = await openClient();
  const unanswered = once(client.socket, "message", { signal: AbortSignal.timeout(200) });
  client.socket.send(readRequest("ipxe.efi"), endpoint.port, loopback);
  await assert.rejects(unanswered, { name: "AbortError" });
  assert.deepEqual([events.at(-1)?.type, events.at(-1)?.reason], ["TftpIgnored", "TooManyOpenFiles"]);
});

test("a file that cannot be read is told in plain words, and named on the timeline", async () => {
  lent = { reason: "FileUnreadable", message: "/srv/ipxe.efi cannot be read: EACCES: permission denied" };
  using client = await openClient();
  const answer = await client.ask(readRequest("ipxe.efi"));
  assert.equal(errorCode(answer), TftpErrorCode.accessViolation);
  assert.doesNotMatch(answer.toString("latin1"), /EACCES|srv/);
  assert.deepEqual([events.at(-1)?.type, events.at(-1)?.reason], ["TftpRefused", "FileUnreadable"]);
});

test("an unknown address gets no answer and one event", async () => {
  index.remove(machineHere());
  using client = await openClient();
  const unanswered = once(client.socket, "message", { signal: AbortSignal.timeout(200) });
  for (let i = 0; i < 3; i++) client.socket.send(readRequest("snponly.efi"), endpoint.port, loopback);
  await assert.rejects(unanswered, { name: "AbortError" });
  assert.deepEqual(
    events.map(({ type, reason }) => [type, reason]),
    [["TftpIgnored", "UnknownMachine"]],
  );
});

test("lets a transfer end before it stops", async () => {
  using client = await openClient();
  await client.ask(readRequest("snponly.efi", "blksize\x001400\0"));
  const stopped = listener.stop(AbortSignal.timeout(5000));
  assert.equal((await client.ask(Uint8Array.of(0, 4, 0, 0)))[1], 3);
  client.socket.send(Uint8Array.of(0, 4, 0, 1), endpoint.port, loopback);
  await stopped;
  assert.equal(events.at(-1)?.type, "TftpRead");
});

test("tells its clients when the time to stop is over", async () => {
  using client = await openClient();
  await client.ask(readRequest("snponly.efi"));
  const [goodbye] = await Promise.all([once(client.socket, "message"), listener.stop(AbortSignal.timeout(50))]);
  assert.equal(errorCode(goodbye[0] as Buffer), 0); // dgram's message event
});

test("goes on serving a good client among random and mutated datagrams", async () => {
  index.upsert(testMachine(51, { dhcp: { ip: { address: "127.0.0.2" } } }));
  using hostile = await openClient("127.0.0.2");
  const mutated = fc.tuple(fc.nat(30), fc.nat(255)).map(([at, value]) => {
    const bytes = Buffer.from(readRequest("snponly.efi", "blksize\x001400\0windowsize\x004\0"), "latin1");
    bytes[at] = value;
    return bytes;
  });
  for (const bytes of fc.sample(fc.oneof(fc.uint8Array({ maxLength: 600 }), mutated), 500)) {
    hostile.socket.send(bytes, endpoint.port, loopback);
    await nextTurn(); // the test shares its event loop with the listener, whose queue would overflow
  }
  using client = await openClient();
  const startedAtMs = performance.now();
  assert.equal((await client.ask(readRequest("snponly.efi")))[1], 3);
  assert.ok(performance.now() - startedAtMs < 1000);
});
