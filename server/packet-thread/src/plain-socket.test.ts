// What a socket of Node's own keeps for a program that is busy.
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { freePort } from "@neverland/platform/testing/free-port.ts";
import { openPlainSocket } from "./plain-socket.ts";

const mostBytes = 16 * 2 ** 20;

test("what waits is bounded in bytes, too, and there is room again when it was taken", {
  timeout: 30_000,
}, async (t) => {
  const port = await freePort();
  const socket = await openPlainSocket({ host: "127.0.0.1", port });
  const sender = createSocket("udp4");
  t.after(() => {
    for (const one of [socket, sender]) one.close();
  });
  sender.connect(port, "127.0.0.1");
  await once(sender, "connect");
  const send = (sizeBytes: number): Promise<void> =>
    new Promise((resolve) => {
      sender.send(Buffer.alloc(sizeBytes), () => setImmediate(resolve));
    });
  const longBytes = 60_000;
  const fits = Math.floor(mostBytes / longBytes);
  for (let n = 0; n < fits + 20; n++) await send(longBytes);
  const last = Promise.withResolvers<void>();
  socket.onDatagram(last.resolve);
  await send(1);
  await last.promise;
  const sizes = socket.take(1000).map(({ bytes }) => bytes.length);
  assert.deepEqual([sizes.length, sizes.at(-1)], [fits + 1, 1]);
  const again = Promise.withResolvers<void>();
  socket.onDatagram(again.resolve);
  await send(longBytes);
  await again.promise;
  assert.equal(socket.take(1000).length, 1);
});
