// The kernel writes where it was told, however often memory is collected in between.
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { loadLibc } from "@neverland/platform/network/libc.ts";
import { openSocket } from "@neverland/platform/network/open-socket.ts";
import { type DatagramCalls, loadDatagramCalls } from "./datagram-calls.ts";
import { DatagramInbox } from "./datagram-inbox.ts";
import { DatagramOutbox } from "./datagram-outbox.ts";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** Memory that would be found in place of what was freed. */
const litter = () => Array.from({ length: 200 }, () => new Uint8Array(9000).fill(0xee));

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
      const junk = litter();
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
      assert.equal(junk.length, 200);
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
