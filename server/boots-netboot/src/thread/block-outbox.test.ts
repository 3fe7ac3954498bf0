// Blocks come whole out of the memory that a file lies in, whatever becomes of that memory before they are sent.
import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, beforeEach, test } from "node:test";
import { type DatagramCalls, loadDatagramCalls } from "@neverland/packet-thread/datagram-calls.ts";
import { collect } from "@neverland/packet-thread/testing/collect.ts";
import { type Libc, loadLibc } from "@neverland/platform/network/libc.ts";
import { openSocket } from "@neverland/platform/network/open-socket.ts";
import { LentFile, pieceBytes } from "../lending/lent-file.ts";
import { PieceMemory } from "../lending/piece-memory.ts";
import { BlockOutbox, blockHeaders } from "./block-outbox.ts";

const blockSizeBytes = 1024;
let calls: DatagramCalls;
let libc: Libc;
let fd: number;
let client: Socket;
let outbox: BlockOutbox;
let memory: PieceMemory;

beforeEach(async () => {
  [calls, libc] = [await loadDatagramCalls(), await loadLibc()];
  fd = await openSocket(libc, { protocol: "udp", host: "127.0.0.1", port: 0, purpose: "a test" });
  client = createSocket("udp4");
  client.bind(0, "127.0.0.1");
  await once(client, "listening");
  const headers = blockHeaders(calls);
  outbox = new BlockOutbox({ calls, headers, longestBlockBytes: 1468, nowMs: () => 0, send: () => assert.fail() });
  memory = new PieceMemory(pieceBytes);
});

afterEach(() => {
  client.close();
  libc.close(fd);
});

/** Of two pieces, the first of `value`s, the other of what follows it. */
function fileOf(value: number): LentFile {
  const version = { id: value, etag: "", sizeBytes: 2 * pieceBytes, lengthBytes: 2 * pieceBytes };
  const { addressOf } = calls;
  const file = new LentFile(version, { memory, addressOf, ask: () => undefined, over: () => undefined });
  for (const index of [0, 1]) file.came(index, new Uint8Array(pieceBytes).fill(value + index));
  return file;
}

/** The first bytes of these blocks, as the client hears them. */
async function heard(count: number): Promise<number[][]> {
  const all: number[][] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  client.on("message", (bytes) => {
    assert.equal(bytes.length, 4 + blockSizeBytes);
    assert.ok(bytes.subarray(4).every((byte) => byte === bytes[4]));
    if (all.push([...bytes.subarray(0, 5)]) === count) resolve();
  });
  outbox.send(fd, ({ code }) => assert.fail(code));
  await promise;
  client.removeAllListeners("message");
  return all;
}

test("blocks whose file has left memory are whole until they are sent", async () => {
  // The second piece takes the place of the first.
  memory = new PieceMemory(2 * pieceBytes);
  for (let round = 1; round <= 20; round++) {
    const file = fileOf(round);
    const to = { address: 0x7f000001, port: client.address().port };
    outbox.add({ file, first: 1023, last: 1026, blockSizeBytes, to });
    file.leave();
    collect();
    const [high, low] = [0x03, 0xff];
    assert.deepEqual(await heard(4), [
      [0, 3, high, low, round],
      [0, 3, 4, 0, round],
      [0, 3, 4, 1, round + 1],
      [0, 3, 4, 2, round + 1],
    ]);
    memory.giveBack();
  }
});
