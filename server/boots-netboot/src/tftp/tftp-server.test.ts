// TFTP with the socket replaced by a list: who gets what, limits, and what is told. Over real sockets: ../thread/boots-thread.test.ts.
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { HardwareInterface, MachineEventInput } from "@neverland/api";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { encodeNetascii, ipv4ToNumber, parseIpv4, TftpErrorCode } from "@neverland/protocols";
import { EventGate } from "@neverland/timeline/budgets/event-gate.ts";
import type { NotLent } from "../boot-files.ts";
import { LentFile, pieceBytes } from "../lending/lent-file.ts";
import { PieceMemory } from "../lending/piece-memory.ts";
import { testMachine } from "../testing/machines.ts";
import { TftpServer } from "./tftp-server.ts";

const address = "10.77.0.50";
const bytes = Uint8Array.from({ length: 1300 }, (_, i) => i % 251);
const notLent: NotLent = { reason: "FileNotLent", message: "that is not a file that is lent here" };
/** In memory as soon as it is asked for. */
function lentFile(content: Uint8Array): LentFile {
  const version = { id: 1, etag: "1", sizeBytes: 1300, lengthBytes: content.length };
  return new LentFile(version, {
    memory: new PieceMemory(2 ** 20),
    addressOf: () => 0,
    ask: ({ index }) => fileHere.came(index, Uint8Array.from(content)),
    over: () => undefined,
  });
}
let fileHere: LentFile;
let lent: LentFile | NotLent;
let events: MachineEventInput[];
let index: MachineIndex;
let clock: ManualClock;
let server: TftpServer;
/** Each datagram that was sent, with its port; a client has one of its own. */
let sent: { readonly port: number; readonly bytes: Buffer }[];
let nextPort: number;
/** Those who wait for a file, where files take long. */
let waiting: (() => void)[] | undefined;
/** The outbox is full at this block, and learns that nothing can be sent. */
let refusedAt: number | undefined;

beforeEach(() => {
  [events, sent, nextPort, waiting, refusedAt] = [[], [], 1025, undefined, undefined];
  fileHere = lentFile(bytes);
  lent = fileHere;
  index = new MachineIndex();
  index.upsert(machineHere());
  clock = new ManualClock(0);
  const room = Buffer.alloc(2048);
  server = new TftpServer({
    outbox: {
      next: () => room,
      add: (sizeBytes, _, port) => sent.push({ port, bytes: Buffer.from(room.subarray(0, sizeBytes)) }),
      addBlocks: ({ file, first, last, blockSizeBytes, to }) => {
        for (let block = first; block <= last; block++) {
          if (block === refusedAt) server.failed(to, "ENETUNREACH");
          const data = file.pieceAt(0).bytes.subarray((block - 1) * blockSizeBytes, block * blockSizeBytes);
          sent.push({ port: to.port, bytes: Buffer.of(0, 3, 0, block, ...data) });
        }
      },
    },
    files: {
      open: (_, netascii, then) => {
        if (netascii) lent = fileHere = lentFile(encodeNetascii(bytes));
        const answer = lent;
        if (answer instanceof LentFile) answer.hold();
        if (waiting === undefined) then(answer);
        else waiting.push(() => then(answer));
      },
    },
    index,
    gate: new EventGate((event) => events.push(event), clock.nowMs.bind(clock)),
    clock,
    limits: { blockSizeBytes: 1468, packetBlockBytes: 1468, windowBlocks: 16 },
    transfers: { most: 3, mostWaiting: 2, mostOfMachine: 2, mostOfAddress: 6 },
  });
});

const bytesOfPiece = (value: number) => new Uint8Array(pieceBytes).fill(value);

function machineHere(card: HardwareInterface = {}) {
  return testMachine(50, card);
}

/** A client on a port of its own. */
function openClient(from = address) {
  const client = { address: ipv4ToNumber(parseIpv4(from) ?? assert.fail()), port: nextPort++ };
  const say = (text: string | Uint8Array): readonly Buffer[] => {
    const before = sent.length;
    server.take(typeof text === "string" ? Buffer.from(text, "latin1") : text, client);
    return sent.slice(before).flatMap((one) => (one.port === client.port ? [one.bytes] : []));
  };
  const ask = (text: string | Uint8Array): Buffer => {
    const [first, ...others] = say(text);
    assert.deepEqual(others, []);
    return first ?? assert.fail("nothing was answered");
  };
  return { ...client, say, ask };
}

const readRequest = (name: string, options = "", mode = "octet") => `\0\x01${name}\0${mode}\0${options}`;
const errorCode = (answer: Buffer) => (answer[1] === 5 ? answer.readUInt16BE(2) : undefined);

test("lends a file block by block, whatever directories stand before its name", () => {
  const client = openClient();
  const first = client.ask(readRequest("52-54-00-00-00-32/snponly.efi"));
  assert.deepEqual(first, Buffer.of(0, 3, 0, 1, ...bytes.subarray(0, 512)));
  const second = client.ask(Uint8Array.of(0, 4, 0, 1));
  assert.deepEqual(second, Buffer.of(0, 3, 0, 2, ...bytes.subarray(512, 1024)));
  const third = client.ask(Uint8Array.of(0, 4, 0, 2));
  assert.deepEqual(third, Buffer.of(0, 3, 0, 3, ...bytes.subarray(1024)));
});

test("lends in netascii to whom asks for that, and says how much it is then", () => {
  const client = openClient();
  // Among the first 1300 bytes of this file are 6 LF and 6 CR.
  const granted = client.ask(readRequest("snponly.efi", "tsize\x000\0", "NetASCII"));
  assert.deepEqual(granted, Buffer.from("\0\x06tsize\x001312\0", "latin1"));
  const first = client.ask(Uint8Array.of(0, 4, 0, 0));
  assert.deepEqual(first.subarray(4, 22), Buffer.from("000102030405060708090d0a0b0c0d000e0f", "hex"));
});

test("takes the trace suffix of upstream's names off", () => {
  const client = openClient();
  const answer = client.ask(readRequest(`snponly.efi-00-${"a".repeat(32)}-${"b".repeat(16)}-01`));
  assert.equal(answer[1], 3);
});

test("a second request from the same port takes the first one's place", () => {
  const client = openClient();
  assert.equal(client.ask(readRequest("snponly.efi", "tsize\x000\0")).toString("latin1"), "\0\x06tsize\x001300\0");
  const answer = client.ask(readRequest("snponly.efi", "blksize\x001000\0"));
  assert.equal(answer.toString("latin1"), "\0\x06blksize\x001000\0");
});

for (const [what, request, code] of [
  ["a file that is not lent", readRequest("../../etc/passwd"), TftpErrorCode.fileNotFound],
  ["a write", "\0\x02snponly.efi\0octet\0", TftpErrorCode.accessViolation],
  ["the mode mail", readRequest("snponly.efi", "", "mail"), TftpErrorCode.illegalOperation],
] as const)
  test(`refuses ${what} with error ${code}`, () => {
    if (request.includes("passwd")) lent = notLent;
    const client = openClient();
    assert.equal(errorCode(client.ask(request)), code);
  });

test("a machine whose request cannot be read is told so, and nobody else is", () => {
  const cut = "\0\x01snponly.efi\0octet";
  assert.equal(errorCode(openClient().ask(cut)), TftpErrorCode.illegalOperation);
  assert.deepEqual(openClient("10.77.0.99").say(cut), []);
  for (const noRequest of ["", "\0", "\0\x03\0\x01data", "\0\x07snponly.efi\0octet\0"])
    assert.deepEqual(openClient().say(noRequest), []);
  const reading = openClient();
  reading.ask(readRequest("snponly.efi"));
  assert.deepEqual(reading.say(cut), []);
});

test("refuses a machine that is not to be netbooted", () => {
  index.upsert(machineHere({ netboot: { allowPXE: false } }));
  const client = openClient();
  assert.equal(errorCode(client.ask(readRequest("snponly.efi"))), TftpErrorCode.accessViolation);
  assert.equal(events.at(-1)?.reason, "NetbootNotAllowed");
});

test("a machine's third transfer at once ends the one of its own that was quiet for longest", () => {
  const one = openClient();
  const two = openClient();
  const three = openClient();
  one.ask(readRequest("snponly.efi"));
  two.ask(readRequest("snponly.efi"));
  assert.equal(three.ask(readRequest("snponly.efi"))[1], 3);
  assert.match(
    events.at(-1)?.message ?? "",
    /was cut off while it read snponly\.efi over TFTP: the machine reads too many/,
  );
  assert.deepEqual(
    sent.filter(({ bytes }) => errorCode(bytes) === 0).map(({ port }) => port),
    [one.port],
  );
});

describe("when all slots are taken", () => {
  let readers: ReturnType<typeof openClient>[];
  let waiter: ReturnType<typeof openClient>;
  beforeEach(() => {
    for (const last of [51, 52, 53, 54, 55]) index.upsert(testMachine(last));
    lent = fileHere = lentFile(new Uint8Array(1400 * 256));
    readers = [50, 51, 52].map((last) => openClient(`10.77.0.${last}`));
    for (const reader of readers) reader.ask(readRequest("snponly.efi", "blksize\x001400\0"));
    waiter = openClient("10.77.0.53");
    assert.deepEqual(waiter.say(readRequest("snponly.efi")), []);
  });
  const answersTo = (client: { readonly port: number }) =>
    sent.flatMap(({ port, bytes }) => (port === client.port ? [bytes] : []));

  test("a machine waits, and reads as soon as another breaks off", () => {
    // Its repeats are no further requests.
    assert.deepEqual(waiter.say(readRequest("snponly.efi")), []);
    readers[1]?.say(Buffer.from("\0\x05\0\0enough\0", "latin1"));
    clock.advance(0);
    assert.deepEqual(
      answersTo(waiter).map((answer) => answer[1]),
      [3],
    );
  });

  test("a machine that waits reads when another was silent for three seconds, and that one is told", () => {
    readers[0]?.say(Uint8Array.of(0, 4, 0, 0));
    clock.advance(2900);
    readers[1]?.say(Uint8Array.of(0, 4, 0, 0));
    readers[2]?.say(Uint8Array.of(0, 4, 0, 0));
    clock.advance(200);
    assert.equal(answersTo(waiter)[0]?.[1], 3);
    assert.match(
      answersTo(readers[0] ?? waiter)
        .at(-1)
        ?.toString("latin1") ?? "",
      /silent, and others waited; ask again/,
    );
    assert.match(
      events.at(-1)?.message ?? "",
      /was cut off while it read snponly\.efi over TFTP: its client was silent/,
    );
  });

  test("a machine that has waited for half a minute is told so, and its timeline says it", () => {
    for (let block = 0; block <= 200; block += 1) {
      for (const reader of readers) reader.say(Uint8Array.of(0, 4, 0, block));
      clock.advance(150);
    }
    clock.advance(100);
    assert.equal(errorCode(answersTo(waiter)[0] ?? assert.fail("nothing was said")), 0);
    const { type, reason, hardware, message } = events.find(({ hardware }) => hardware === "default/m53") ?? {};
    assert.deepEqual([type, reason, hardware], ["TftpRefused", "TooManyTransfers", "default/m53"]);
    assert.match(message ?? "", /it has waited for too long; ask again/);
  });

  test("a machine for whom there is no room in the line either hears nothing, so that it asks again, and has an event", () => {
    openClient("10.77.0.54").say(readRequest("snponly.efi"));
    const last = openClient("10.77.0.55");
    assert.deepEqual(last.say(readRequest("snponly.efi")), []);
    const { type, reason, hardware } = events.at(-1) ?? {};
    assert.deepEqual([type, reason, hardware], ["TftpIgnored", "TooManyTransfers", "default/m55"]);
  });

  test("who waits is forgotten when it breaks off, and when the server stops", () => {
    waiter.say(Buffer.from("\0\x05\0\0enough\0", "latin1"));
    openClient("10.77.0.54").say(readRequest("snponly.efi"));
    server.breakOff();
    clock.advance(60_000);
    assert.deepEqual([answersTo(waiter), server.isIdle, clock.pending], [[], true, 0]);
  });
});

test("a server without file descriptors is no missing file: the machine hears nothing and asks again", () => {
  lent = { reason: "TooManyOpenFiles", message: "ipxe.efi cannot be opened: EMFILE, too many files are open" };
  const client = openClient();
  assert.deepEqual(client.say(readRequest("ipxe.efi")), []);
  assert.deepEqual([events.at(-1)?.type, events.at(-1)?.reason], ["TftpIgnored", "TooManyOpenFiles"]);
});

test("a file that cannot be read is told in plain words, and named on the timeline", () => {
  lent = { reason: "FileUnreadable", message: "/srv/ipxe.efi cannot be read: EACCES: permission denied" };
  const client = openClient();
  const answer = client.ask(readRequest("ipxe.efi"));
  assert.equal(errorCode(answer), TftpErrorCode.accessViolation);
  assert.doesNotMatch(answer.toString("latin1"), /EACCES|srv/);
  assert.deepEqual([events.at(-1)?.type, events.at(-1)?.reason], ["TftpRefused", "FileUnreadable"]);
});

test("an unknown address gets no answer and one event", () => {
  index.remove(machineHere());
  const client = openClient();
  for (let i = 0; i < 3; i++) assert.deepEqual(client.say(readRequest("snponly.efi")), []);
  assert.deepEqual(
    events.map(({ type, reason }) => [type, reason]),
    [["TftpIgnored", "UnknownMachine"]],
  );
});

test("lets a transfer end before it stops, and begins none", () => {
  const client = openClient();
  client.ask(readRequest("snponly.efi", "blksize\x001400\0"));
  server.finish();
  assert.deepEqual(openClient().say(readRequest("snponly.efi")), []);
  assert.equal(client.ask(Uint8Array.of(0, 4, 0, 0))[1], 3);
  assert.equal(server.isIdle, false);
  client.say(Uint8Array.of(0, 4, 0, 1));
  assert.equal(server.isIdle, true);
  assert.equal(events.at(-1)?.type, "TftpRead");
});

test("tells its clients when the time to stop is over", () => {
  const client = openClient();
  client.ask(readRequest("snponly.efi"));
  server.breakOff();
  assert.deepEqual([sent.at(-1)?.port, errorCode(sent.at(-1)?.bytes ?? Buffer.alloc(0))], [client.port, 0]);
  assert.deepEqual([server.isIdle, clock.pending], [true, 0]);
});

describe("while a file is read from the disk", () => {
  beforeEach(() => {
    waiting = [];
  });
  const fileComes = () => {
    for (const then of waiting ?? []) then();
  };

  test("a request that is repeated is one, and another one from the same port takes its place", () => {
    const client = openClient();
    for (let i = 0; i < 3; i++) client.say(readRequest("snponly.efi"));
    assert.equal(waiting?.length, 1);
    client.say(readRequest("snponly.efi", "blksize\x001000\0"));
    fileComes();
    assert.deepEqual(
      sent.map(({ bytes }) => bytes.toString("latin1")),
      ["\0\x06blksize\x001000\0"],
    );
  });

  test("those who wait for it have slots, no more of a machine than it may have", () => {
    for (let i = 0; i < 5; i++) openClient().say(readRequest("snponly.efi"));
    fileComes();
    assert.equal(sent.filter(({ bytes }) => bytes[1] === 3).length, 2);
    assert.equal(events.at(-1)?.reason, "TooManyTransfers");
  });
});

describe("while a piece of a file is read from the disk", () => {
  let asked: number[];
  let client: ReturnType<typeof openClient>;
  beforeEach(() => {
    asked = [];
    lent = fileHere = new LentFile(
      { id: 1, etag: "1", sizeBytes: 3 * pieceBytes, lengthBytes: 3 * pieceBytes },
      {
        memory: new PieceMemory(2 ** 24),
        addressOf: () => 0,
        ask: ({ index }) => asked.push(index),
        over: () => undefined,
      },
    );
    client = openClient();
    client.ask(readRequest("snponly.efi", "tsize\x000\0"));
    assert.deepEqual(client.say(Uint8Array.of(0, 4, 0, 0)), []);
  });
  const last = () => sent.at(-1)?.bytes ?? assert.fail("nothing was sent");

  test("the one after it is asked for, too, and each once, whatever its client repeats", () => {
    for (let i = 0; i < 3; i++) client.say(Uint8Array.of(0, 4, 0, 0));
    assert.deepEqual(asked, [0, 1]);
  });

  test("its client waits, and is sent the block when it has come, with its whole time for an answer", () => {
    clock.advance(9000);
    assert.equal(sent.length, 1);
    fileHere.came(0, bytesOfPiece(7));
    clock.advance(0);
    assert.deepEqual(last(), Buffer.of(0, 3, 0, 1, ...new Uint8Array(512).fill(7)));
    clock.advance(99);
    assert.equal(sent.length, 2);
    clock.advance(300);
    assert.equal(last()[1], 3);
  });

  test("its client is told when it cannot be had, and its timeline says why", () => {
    fileHere.came(0, {
      reason: "FileUnreadable",
      message: "/srv/snponly.efi cannot be read: it was changed meanwhile",
    });
    clock.advance(0);
    assert.equal(errorCode(last()), 0);
    assert.doesNotMatch(last().toString("latin1"), /srv/);
    assert.match(events.at(-1)?.message ?? "", /was cut off while it read snponly\.efi over TFTP: .*changed meanwhile/);
    assert.equal(server.isIdle, true);
  });

  test("its client is told when the disk says nothing for 20 s, and its timeline says it", () => {
    clock.advance(19_900);
    assert.equal(server.isIdle, false);
    clock.advance(200);
    assert.equal(errorCode(last()), 0);
    assert.match(events.at(-1)?.message ?? "", /nothing of the file came from the disk in 20 s/);
    assert.deepEqual([server.isIdle, clock.pending], [true, 0]);
  });
});

test("when the server stops, who goes on reading may end, and who has been silent for half a second is told so", () => {
  const [silent, reading] = [openClient(), openClient()];
  for (const client of [silent, reading]) client.ask(readRequest("snponly.efi"));
  server.finish();
  clock.advance(450);
  silent.say(readRequest("snponly.efi"));
  assert.equal(reading.ask(Uint8Array.of(0, 4, 0, 1))[1], 3);
  clock.advance(100);
  assert.deepEqual([errorCode(sent.at(-1)?.bytes ?? assert.fail()), sent.at(-1)?.port], [0, silent.port]);
  assert.equal(reading.ask(Uint8Array.of(0, 4, 0, 2))[1], 3);
  assert.deepEqual([reading.say(Uint8Array.of(0, 4, 0, 3)), server.isIdle], [[], true]);
  clock.advance(100);
  assert.equal(clock.pending, 0);
});

test("a client to whom nothing can be sent is given up with an event, and a full queue is only a loss", () => {
  const client = openClient();
  client.ask(readRequest("snponly.efi"));
  server.failed(client, "EAGAIN");
  assert.deepEqual([server.isIdle, events.length], [false, 0]);
  server.failed(client, "ENETUNREACH");
  assert.deepEqual([server.isIdle, clock.pending], [true, 0]);
  assert.deepEqual([events.at(-1)?.reason, events.at(-1)?.address], ["SendFailed", address]);
});

test("a client to whom nothing can be sent is given up in the middle of a window, though nobody else has the file", () => {
  const client = openClient();
  client.ask(readRequest("snponly.efi", "windowsize\x003\0"));
  fileHere.leave();
  refusedAt = 2;
  client.say(Uint8Array.of(0, 4, 0, 0));
  assert.deepEqual(
    events.map(({ reason }) => reason),
    ["SendFailed"],
  );
  assert.deepEqual([server.isIdle, clock.pending], [true, 0]);
  assert.throws(() => fileHere.pieceAt(0), RangeError);
});

describe("a fault of our own", () => {
  const fault = (): never => {
    throw new TypeError("x is not a function");
  };

  test("in answering a request costs that request, and is told once with its place", () => {
    const [client, another] = [openClient(), openClient()];
    Object.defineProperty(fileHere, "lengthBytes", { get: fault, configurable: true });
    assert.deepEqual([client.say(readRequest("snponly.efi")), another.say(readRequest("snponly.efi"))], [[], []]);
    assert.deepEqual([server.isIdle, clock.pending], [true, 0]);
    const [told, ...more] = events;
    assert.deepEqual([told?.type, told?.reason, told?.address, more], ["ServerFault", "InternalFault", address, []]);
    assert.match(
      told?.message ?? "",
      /^answering TFTP for 10\.77\.0\.50 failed by a fault of this server: TypeError: x is not a function \(at .*\)$/,
    );
    Object.defineProperty(fileHere, "lengthBytes", { value: bytes.length });
    assert.equal(client.ask(readRequest("snponly.efi"))[1], 3);
  });

  test("in sending a block again ends that transfer, and no other", () => {
    const [client, another] = [openClient(), openClient()];
    client.ask(readRequest("snponly.efi"));
    clock.advance(100);
    another.ask(readRequest("snponly.efi"));
    const { pieceAt } = fileHere;
    fileHere.pieceAt = fault;
    clock.advance(100);
    fileHere.pieceAt = pieceAt;
    clock.advance(100);
    assert.deepEqual(
      sent.map(({ port }) => port),
      [client.port, another.port, another.port],
    );
    assert.deepEqual(
      events.map(({ reason }) => reason),
      ["InternalFault"],
    );
    assert.equal(another.ask(Uint8Array.of(0, 4, 0, 1))[1], 3);
    assert.deepEqual(client.say(Uint8Array.of(0, 4, 0, 1)), []);
  });

  test("met when a file has come costs who waited for it", () => {
    waiting = [];
    const client = openClient();
    client.say(readRequest("snponly.efi"));
    Object.defineProperty(fileHere, "lengthBytes", { get: fault });
    waiting[0]?.();
    assert.deepEqual([server.isIdle, events.at(-1)?.reason], [true, "InternalFault"]);
  });
});
