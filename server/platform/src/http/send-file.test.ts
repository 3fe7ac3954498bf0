// Over real connections: what the client gets, and what is known of it afterwards.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { FileCache } from "../files/file-cache.ts";
import { systemClock } from "../time/clock.ts";
import { FileSender, type FileSent } from "./send-file.ts";

const sizeBytes = 8 * 2 ** 20;
const bytes = Buffer.from(Uint32Array.from({ length: sizeBytes / 4 }, (_, i) => i).buffer);
let dir: string;
let path: string;
let app: FastifyInstance;
let cache: FileCache;
let sender: FileSender;
let ended: PromiseWithResolvers<FileSent>;
/** What a request waits for before its answer begins. */
let ready: (request: FastifyRequest) => Promise<void>;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), "send-file-"));
  path = join(dir, "file");
  app = fastify({ forceCloseConnections: true });
  sender = new FileSender();
  app.get("/", async (request, reply) => {
    const file = await cache.open(path);
    if ("reason" in file) return await reply.code(404).send(file.message);
    await ready(request);
    const fault = await sender.send(request, reply, { file, mediaType: "text/plain" }, ended.resolve);
    return fault === undefined ? reply : await reply.code(503).send(fault.message);
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
});

after(async () => {
  await app.close();
  await rm(dir, { recursive: true });
});

async function begin(
  headers: OutgoingHttpHeaders = {},
  isReady = async (_request: FastifyRequest): Promise<void> => {},
) {
  ended = Promise.withResolvers();
  ready = isReady;
  const address = app.server.address();
  assert.ok(address !== null && typeof address === "object");
  return httpRequest({ host: "127.0.0.1", port: address.port, headers });
}

/** A client that has its headers and reads no more until it is told to. */
async function ask(headers: OutgoingHttpHeaders = {}) {
  const outgoing = await begin(headers);
  const answer = Promise.withResolvers<IncomingMessage>();
  outgoing.on("response", answer.resolve).on("error", answer.reject).end();
  return { outgoing, response: await answer.promise };
}

async function readAll(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer); // of a response without an encoding
  return Buffer.concat(chunks);
}

const hash = (data: Uint8Array) => createHash("sha256").update(data).digest("hex");
const sentWhole = { whole: true, fault: undefined, stalledSeconds: undefined };
const notWhole = { ...sentWhole, whole: false };

for (const [where, cacheBytes] of [
  ["from memory", 2 ** 26],
  ["from the disk in pieces", 2 ** 22],
  ["from the disk in small pieces, when there is no room for large ones", 2 ** 16],
] as const)
  describe(where, () => {
    before(async () => {
      cache = new FileCache({ sizeBytes: cacheBytes, clock: systemClock });
      await writeFile(path, bytes);
    });

    test("a file that is read to its end is the file, and was sent whole", async () => {
      const { response } = await ask();
      assert.equal(response.headers["content-length"], String(sizeBytes));
      assert.equal(hash(await readAll(response)), hash(bytes));
      assert.deepEqual(await ended.promise, sentWhole);
    });

    test("a range over several pieces is that part of the file", async () => {
      const { response } = await ask({ range: "bytes=1000001-4000000" });
      assert.equal(response.statusCode, 206);
      assert.equal(hash(await readAll(response)), hash(bytes.subarray(1_000_001, 4_000_001)));
    });

    test("a client that goes away has not read it whole, and the file is not at fault", async () => {
      const { outgoing } = await ask();
      outgoing.on("error", () => {}).destroy();
      assert.deepEqual(await ended.promise, notWhole);
    });

    test("of a client that goes away while the file is being opened the end is told, too", {
      timeout: 10_000,
    }, async () => {
      const outgoing = await begin({}, async ({ raw }) => {
        outgoing.destroy();
        await once(raw.socket, "close");
      });
      outgoing.on("error", () => {}).end();
      assert.deepEqual(await ended.promise, notWhole);
    });

    test("a file that is replaced while it is read is read to its end as it was", async () => {
      const { response } = await ask();
      await writeFile(`${path}.new`, Buffer.alloc(sizeBytes, 1));
      await rename(`${path}.new`, path);
      assert.equal(hash(await readAll(response)), hash(bytes));
      assert.deepEqual(await ended.promise, sentWhole);
    });
  });

test("a file in memory that becomes shorter while it is read is read to its end as it was", async () => {
  cache = new FileCache({ sizeBytes: 2 ** 26, clock: systemClock });
  await writeFile(path, bytes);
  await settle();
  await readAll((await ask()).response);
  const { response } = await ask();
  await truncate(path, 0);
  assert.equal(hash(await readAll(response)), hash(bytes));
});

for (const [how, change] of [
  ["becomes shorter", () => truncate(path, 1000)],
  ["is written over", () => writeFile(path, Buffer.alloc(sizeBytes, 9))],
] as const)
  test(`a file from the disk that ${how} while it is read breaks the connection off, and is named`, async () => {
    cache = new FileCache({ sizeBytes: 2 ** 20, clock: systemClock });
    await writeFile(path, Buffer.alloc(64 * 2 ** 20));
    const { response } = await ask();
    await change();
    await assert.rejects(readAll(response), /aborted/);
    const { whole, fault } = await ended.promise;
    assert.deepEqual([whole, fault?.reason], [false, "FileUnreadable"]);
    assert.match(fault?.message ?? "", /file cannot be read: it was changed meanwhile$/);
  });

test("a file whose disk gives nothing is told in words before anything else is", async () => {
  const fault = { reason: "FileUnreadable", message: "no such luck: EIO" } as const;
  const real = new FileCache({ sizeBytes: 2 ** 20, clock: systemClock });
  await writeFile(path, bytes);
  cache = Object.assign(real, {
    open: async () => {
      const file = await FileCache.prototype.open.call(real, path);
      return "reason" in file ? file : Object.assign(file, { read: async () => fault });
    },
  });
  const { response } = await ask();
  assert.deepEqual([response.statusCode, (await readAll(response)).toString()], [503, fault.message]);
});

test("a client that takes nothing is cut off in time, and that is said", { timeout: 20_000 }, async () => {
  cache = new FileCache({ sizeBytes: 2 ** 26, clock: systemClock });
  sender = new FileSender(200);
  await writeFile(path, bytes);
  const { outgoing } = await ask();
  outgoing.on("error", () => {});
  assert.deepEqual(await ended.promise, { whole: false, fault: undefined, stalledSeconds: 0.2 });
});

test("a client that takes little at a time is not cut off", { timeout: 20_000 }, async () => {
  cache = new FileCache({ sizeBytes: 2 ** 26, clock: systemClock });
  sender = new FileSender(1000);
  await writeFile(path, bytes);
  const { response } = await ask();
  let got = 0;
  for await (const chunk of response) {
    got += (chunk as Buffer).length;
    if (got % 7 === 0) await delay(50);
  }
  assert.equal(got, sizeBytes);
});

test("three hundred that read nothing hold little memory, and keep nobody out", { timeout: 60_000 }, async (t) => {
  const cacheBytes = 2 ** 22;
  cache = new FileCache({ sizeBytes: cacheBytes, clock: systemClock });
  sender = new FileSender();
  await writeFile(path, "");
  await truncate(path, 64 * 2 ** 20);
  const { port } = app.server.address() as AddressInfo; // a TCP server's is no path
  const before = process.memoryUsage().arrayBuffers;
  const silent = Array.from({ length: 300 }, () => connect(port, "127.0.0.1").on("error", () => {}));
  t.after(() => silent.map((socket) => socket.destroy()));
  for (const socket of silent) socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  const { response } = await ask({ range: "bytes=1000000-1999999" });
  assert.equal((await readAll(response)).length, 1_000_000);
  const heldBytes = process.memoryUsage().arrayBuffers - before;
  // A piece of 1 MiB each would be 300 MiB; what sockets are read by comes and goes.
  assert.ok(heldBytes < cacheBytes + 300 * 2 ** 14 + 2 ** 26, `${heldBytes}`);
});

/** Until the system tells the next change from this one by its time: the file is then kept in memory. */
async function settle(): Promise<void> {
  const { ctimeMs } = await stat(path);
  while (Date.now() - ctimeMs < 60) await delay(5);
}
