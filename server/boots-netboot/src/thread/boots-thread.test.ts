// TFTP through the thread itself, over real sockets on loopback and without privileges: files that the main thread lends, what that thread
// is busy with, hostile datagrams, and the end.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterEach, beforeEach, test } from "node:test";
import type { MachineEventInput } from "@neverland/api";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import { type Libc, loadLibc } from "@neverland/platform/network/libc.ts";
import { freePort } from "@neverland/platform/testing/free-port.ts";
import { seededRandom } from "@neverland/platform/testing/seeded-random.ts";
import { systemClock } from "@neverland/platform/time/clock.ts";
import type { MacAddress } from "@neverland/protocols";
import fc from "fast-check";
import type { NotLent } from "../boot-files.ts";
import { fileOf, loopback, readRequest } from "../testing/boots-on-loopback.ts";
import { testMachine } from "../testing/machines.ts";
import { type BootsThread, type BootsThreadDeps, openBootsThread } from "./boots-thread.ts";

let bytes: Uint8Array;
let lent: NotLent | undefined;
let opened: number;
let events: MachineEventInput[];
let tell: () => void;
let index: MachineIndex;
let port: number;
let thread: BootsThread;

beforeEach(() => {
  [bytes, lent, opened, events, tell] = [
    Uint8Array.from({ length: 1300 }, (_, i) => i % 251),
    undefined,
    0,
    [],
    () => undefined,
  ];
  index = new MachineIndex();
  for (const last of [1, 2]) index.upsert(testMachine(50 + last, { dhcp: { ip: { address: `127.0.0.${last}` } } }));
});

async function open(libc: Libc | undefined): Promise<void> {
  port = await freePort();
  const link = { name: "lo", mac: "00:00:00:00:00:00" as MacAddress, serverAddress: loopback };
  const plan = { httpBaseUrl: "", serverAddress: loopback, architectureBinaries: new Map() };
  const deps: BootsThreadDeps = {
    libc,
    packets: undefined,
    links: [{ link, config: { plan, serverAddress: loopback, syslogAddress: undefined } }],
    dhcpPort: undefined,
    tftp: {
      port,
      limits: { blockSizeBytes: 1468, packetBlockBytes: 1468, windowBlocks: 64 },
      transfers: { most: 4096, mostWaiting: 4096, mostOfMachine: 8, mostOfAddress: 256 },
      names: new Set(["snponly.efi", "ipxe.efi"]),
    },
    index,
    clock: systemClock,
    files: {
      open: async () => {
        opened++;
        return lent ?? fileOf(bytes);
      },
    },
    record: (event) => {
      events.push(event);
      tell();
      return undefined;
    },
    warn: (message) => assert.fail(message),
  };
  thread = await openBootsThread(deps, AbortSignal.timeout(30_000));
}

afterEach(() => thread.close(AbortSignal.abort()));

async function eventWhere(matches: (event: MachineEventInput) => boolean): Promise<MachineEventInput> {
  for (;;) {
    const found = events.find(matches);
    if (found !== undefined) return found;
    await new Promise<void>((resolve) => (tell = resolve));
  }
}

/** A client on a port of its own. */
async function openClient(address: string = loopback) {
  const socket = createSocket("udp4").bind(0, address);
  await once(socket, "listening");
  const send = (text: string | Uint8Array) =>
    socket.send(typeof text === "string" ? Buffer.from(text, "latin1") : text, port, loopback);
  const ask = async (text: string | Uint8Array): Promise<Buffer> => {
    const answer = once(socket, "message", { signal: AbortSignal.timeout(5000) });
    send(text);
    const [bytes] = (await answer) as [Buffer]; // dgram's message event
    return bytes;
  };
  return { ask, send, socket, [Symbol.dispose]: () => void socket.close() };
}

const ack = (block: number) => Uint8Array.of(0, 4, block >>> 8, block & 0xff);
const errorCode = (answer: Buffer) => (answer[1] === 5 ? answer.readUInt16BE(2) : undefined);

const doors = [
  ["the C library", loadLibc],
  ["Node's own sockets", async () => undefined],
] as const;

test("lends a file block by block, and says so when it was read", async () => {
  await open(await loadLibc());
  using client = await openClient();
  assert.deepEqual(await client.ask(readRequest("snponly.efi")), Buffer.of(0, 3, 0, 1, ...bytes.subarray(0, 512)));
  assert.deepEqual(await client.ask(ack(1)), Buffer.of(0, 3, 0, 2, ...bytes.subarray(512, 1024)));
  assert.deepEqual(await client.ask(ack(2)), Buffer.of(0, 3, 0, 3, ...bytes.subarray(1024)));
  client.send(ack(3));
  const { hardware, data } = await eventWhere(({ type }) => type === "TftpRead");
  assert.deepEqual([hardware, data], ["default/m51", { file: "snponly.efi", sizeBytes: 1300, result: "complete" }]);
});

for (const [block, window] of [
  [512, 64],
  [1428, 16],
  [1468, 64],
] as const)
  test(`a window of ${window} blocks of ${block} bytes comes whole, each time, to the end of the file`, async () => {
    await open(await loadLibc());
    bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 251);
    using client = await openClient();
    const read: Buffer[] = [];
    const whole = new Promise<void>((resolve) => {
      client.socket.on("message", (datagram) => {
        if (datagram[1] === 6) client.send(ack(0));
        if (datagram[1] !== 3) return;
        assert.equal(datagram.readUInt16BE(2), read.push(datagram.subarray(4)));
        const isLast = datagram.length < block + 4;
        if (isLast || read.length % window === 0) client.send(ack(read.length));
        if (isLast) resolve();
      });
    });
    client.send(readRequest("snponly.efi", `blksize\0${block}\0windowsize\0${window}\0`));
    await whole;
    assert.ok(Buffer.concat(read).equals(bytes));
    await eventWhere(({ type }) => type === "TftpRead");
  });

test("lends in netascii to whom asks for that", async () => {
  await open(await loadLibc());
  using client = await openClient();
  // Among the first 1300 bytes of this file are 6 LF and 6 CR.
  const granted = await client.ask(readRequest("snponly.efi", "tsize\x000\0", "NetASCII"));
  assert.deepEqual(granted, Buffer.from("\0\x06tsize\x001312\0", "latin1"));
  const first = await client.ask(ack(0));
  assert.deepEqual(first.subarray(4, 22), Buffer.from("000102030405060708090d0a0b0c0d000e0f", "hex"));
});

for (const [door, load] of doors)
  test(`goes on with a transfer, and lends what is known, while the main thread is busy, by ${door}`, async () => {
    await open(await load());
    using client = await openClient();
    await client.ask(readRequest("snponly.efi"));
    const reader = `
    const socket = require("node:dgram").createSocket("udp4");
    const began = performance.now();
    socket.on("message", (bytes) => {
      socket.send(Buffer.from([0, 4, bytes[2], bytes[3]]), ${port}, "127.0.0.1", () => {
        if (bytes.length === 516) return;
        console.log(performance.now() - began < 2000);
        socket.close();
      });
    });
    socket.bind(0, "127.0.0.2", () => socket.send("\\0\\x01snponly.efi\\0octet\\0", ${port}, "127.0.0.1"));`;
    // What is known is older than a second then, and whoever would look at it again is held by this spawnSync.
    const wait = "setTimeout(() => {}, 1100);";
    spawnSync(process.execPath, ["-e", wait]);
    const { stdout, stderr } = spawnSync(process.execPath, ["-e", reader], { encoding: "utf8", timeout: 10_000 });
    assert.equal(stdout, "true\n", stderr);
    await eventWhere(({ type, hardware }) => type === "TftpRead" && hardware === "default/m52");
  });

test("asks for a file once for all who want it at once, and lends its next version soon after it changed", async () => {
  await open(await loadLibc());
  const clients = await Promise.all(Array.from({ length: 6 }, () => openClient()));
  await Promise.all(clients.map(({ ask }) => ask(readRequest("snponly.efi"))));
  assert.equal(opened, 1);
  const sizeOf = async () => {
    using client = await openClient();
    return (await client.ask(readRequest("snponly.efi", "tsize\x000\0"))).toString("latin1");
  };
  bytes = new Uint8Array(99);
  while ((await sizeOf()) !== "\0\x06tsize\x0099\0");
  for (const client of clients) client[Symbol.dispose]();
});

test("what cannot be lent is refused with its reason, and what is on no list is asked of nobody", async () => {
  await open(await loadLibc());
  lent = { reason: "FileUnreadable", message: "/srv/ipxe.efi cannot be read: EACCES: permission denied" };
  using client = await openClient();
  assert.equal(errorCode(await client.ask(readRequest("ipxe.efi"))), 2);
  assert.equal(errorCode(await client.ask(readRequest("../../etc/passwd"))), 1);
  assert.equal(opened, 1);
  await eventWhere(({ reason }) => reason === "FileUnreadable");
  await eventWhere(({ reason }) => reason === "FileNotLent");
});

for (const [door, load] of doors)
  test(`lets a transfer end before it stops, by ${door}`, async () => {
    await open(await load());
    using client = await openClient();
    await client.ask(readRequest("snponly.efi", "blksize\x001400\0"));
    const stopped = thread.close(AbortSignal.timeout(5000));
    assert.equal((await client.ask(ack(0)))[1], 3);
    client.send(ack(1));
    await stopped;
    assert.equal(events.at(-1)?.type, "TftpRead");
  });

for (const [door, load] of doors)
  test(`tells its clients when the time to stop is over, by ${door}`, async () => {
    await open(await load());
    using client = await openClient();
    await client.ask(readRequest("snponly.efi"));
    const [goodbye] = await Promise.all([once(client.socket, "message"), thread.close(AbortSignal.timeout(50))]);
    assert.equal(errorCode(goodbye[0] as Buffer), 0); // dgram's message event
  });

for (const [door, load] of doors)
  test(`goes on serving a good client among random and mutated datagrams, by ${door}`, async (t) => {
    await open(await load());
    using hostile = await openClient("127.0.0.2");
    const mutated = fc.tuple(fc.nat(40), fc.nat(255)).map(([at, value]) => {
      const request = readRequest("snponly.efi", "blksize\x001400\0windowsize\x004\0");
      request[at] = value;
      return request;
    });
    using client = await openClient();
    await client.ask(readRequest("ipxe.efi"));
    const seed = Math.floor(seededRandom(t)() * 2 ** 31);
    const nonsense = fc.sample(fc.oneof(fc.uint8Array({ maxLength: 1600 }), mutated), { seed, numRuns: 3000 });
    for (const [at, datagram] of nonsense.entries()) {
      hostile.send(datagram);
      if (at % 50 === 0) await new Promise(setImmediate);
    }
    using another = await openClient();
    assert.equal((await another.ask(readRequest("snponly.efi")))[1], 3);
    await eventWhere(({ reason }) => reason === "UnreadablePacket");
  });
