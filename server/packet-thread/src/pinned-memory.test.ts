// The kernel writes where it was told, however often memory is collected in between.
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { loadLibc } from "@neverland/platform/network/libc.ts";
import { openSocket } from "@neverland/platform/network/open-socket.ts";
import { type DatagramCalls, loadDatagramCalls } from "./datagram-calls.ts";
import { DatagramInbox } from "./datagram-inbox.ts";
import { DatagramOutbox } from "./datagram-outbox.ts";
import { PinnedMemory } from "./pinned-memory.ts";
import { SegmentOutbox } from "./segment-outbox.ts";
import { collect } from "./testing/collect.ts";

test("what is received and sent is whole after collections", async () => {
  const calls: DatagramCalls = await loadDatagramCalls();
  const libc = await loadLibc();
  const wanted = { protocol: "udp", host: "127.0.0.1", port: 0, purpose: "a test" } as const;
  const [from, to] = [await openSocket(libc, wanted), createSocket("udp4")];
  to.bind(0, "127.0.0.1");
  await once(to, "listening");
  const outbox = new DatagramOutbox(calls, { messages: 8, sizeBytes: 512 });
  const inbox = new DatagramInbox(calls, { messages: 8, sizeBytes: 512 });
  try {
    for (let round = 0; round < 20; round++) {
      for (let at = 0; at < 8; at++)
        outbox.add(outbox.next().fill(round * 8 + at).length, 0x7f000001, to.address().port);
      collect();
      const came = new Promise<Buffer[]>((resolve) => {
        const all: Buffer[] = [];
        to.on("message", (bytes, peer) => {
          all.push(bytes);
          to.send(bytes, peer.port, peer.address, () => all.length === 8 && resolve(all));
        });
      });
      outbox.send(from, ({ code }) => assert.fail(code));
      const sent = await came;
      to.removeAllListeners("message");
      collect();
      assert.equal(inbox.take(from), 8);
      const expected = Array.from({ length: 8 }, (_, at) => new Uint8Array(512).fill(round * 8 + at));
      assert.deepEqual(
        sent.map((bytes) => new Uint8Array(bytes)),
        expected,
      );
      assert.deepEqual(
        expected.map((_, at) => Uint8Array.from(inbox.bytes(at))),
        expected,
      );
      assert.equal(inbox.port(7), to.address().port);
      assert.equal(inbox.address(0), 0x7f000001);
    }
  } finally {
    to.close();
    libc.close(from);
  }
});

test("messages that the kernel cuts are whole when memory is collected before they are sent", async () => {
  const calls: DatagramCalls = await loadDatagramCalls();
  const libc = await loadLibc();
  const from = await openSocket(libc, { protocol: "udp", host: "127.0.0.1", port: 0, purpose: "a test" });
  const to = createSocket("udp4");
  to.bind(0, "127.0.0.1");
  await once(to, "listening");
  const outbox = new SegmentOutbox({ calls, size: { messages: 4, pieces: 256 }, longestBytes: 60_000, nowMs: () => 0 });
  const memory = new PinnedMemory(calls, 16_384);
  try {
    for (let round = 0; round < 20; round++) {
      memory.bytes.fill(round, 0, 8192).fill(128 + round, 8192);
      const came = new Promise<Buffer[]>((resolve) => {
        const all: Buffer[] = [];
        to.on("message", (bytes) => all.push(bytes) === 16 && resolve(all));
      });
      for (let message = 0; message < 2; message++) {
        outbox.begin();
        for (let at = 0; at < 8; at++) {
          outbox.piece(memory.address + at * 1000, 1000);
          outbox.piece(memory.address + 8192 + at * 4, 4);
        }
        outbox.end(0x7f000001, to.address().port, 1004);
        collect();
      }
      outbox.send(from, ({ code }) => assert.fail(code));
      const expected = Buffer.concat([Buffer.alloc(1000, round), Buffer.alloc(4, 128 + round)]);
      assert.deepEqual(await came, Array(16).fill(expected));
      to.removeAllListeners("message");
    }
  } finally {
    to.close();
    libc.close(from);
  }
});
