import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { forwardFromHost, forwardIntoLab } from "./port-forward.ts";

const dir = await mkdtemp(join(tmpdir(), "lab-forward-"));
after(() => rm(dir, { recursive: true }));

test("carries both directions whole, and the end of each on its own", async () => {
  const far = createServer({ allowHalfOpen: true }, async (socket) => {
    socket.end((await readToEnd(socket)).reverse());
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => far.once("listening", resolve));
  const { port } = far.address() as AddressInfo; // it listens on TCP
  const path = join(dir, "a.sock");
  const inside = await forwardIntoLab(path, { host: "127.0.0.1", port });
  const outside = await forwardFromHost(0, path);

  const socket = createConnection({ host: "127.0.0.1", port: outside.port, allowHalfOpen: true });
  const sent = Buffer.alloc(300_000, "0123456789");
  socket.end(sent);
  const got = await readToEnd(socket);
  assert.deepEqual(got, Buffer.from(sent).reverse());

  await outside.close();
  await inside.close();
  far.close();
});

test("refuses a socket path that the kernel would cut", async () => {
  await assert.rejects(forwardIntoLab(join(dir, "x".repeat(108)), { host: "127.0.0.1", port: 1 }), {
    code: "socket-refused",
    message: /shorter/,
  });
});

test("says which port is taken", async () => {
  const path = join(dir, "b.sock");
  const first = await forwardFromHost(0, path);
  await assert.rejects(forwardFromHost(first.port, path), {
    code: "socket-refused",
    message: new RegExp(`127\\.0\\.0\\.1:${first.port}`),
  });
  await first.close();
});

/** By events: an iterator would destroy the socket at the end of what it reads, and with it what is yet to be written. */
function readToEnd(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.once("end", () => resolve(Buffer.concat(chunks))).once("error", reject);
  });
}
