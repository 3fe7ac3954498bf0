// Over real connections: what the client gets, and what is known of it afterwards.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { openPlainFile } from "../files/open-plain-file.ts";
import { type FileSent, sendOpenFile } from "./send-file.ts";

const sizeBytes = 8 * 2 ** 20;
let dir: string;
let path: string;
let app: FastifyInstance;
let ended: PromiseWithResolvers<FileSent>;
/** What a request waits for before its answer begins. */
let ready: (request: FastifyRequest) => Promise<void>;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), "send-file-"));
  path = join(dir, "file");
  app = fastify({ forceCloseConnections: true });
  app.get("/", async (request, reply) => {
    const opened = await openPlainFile(path);
    assert.ok("handle" in opened);
    await ready(request);
    const content = { sizeBytes: opened.stats.size, mediaType: "text/plain", etag: undefined };
    return await sendOpenFile(request, reply, { handle: opened.handle, path, content }, ended.resolve);
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
});

after(async () => {
  await app.close();
  await rm(dir, { recursive: true });
});

/** A client that has its headers and reads no more until it is told to. */
async function ask() {
  const outgoing = await begin();
  const answer = Promise.withResolvers<import("node:http").IncomingMessage>();
  outgoing.on("response", answer.resolve).on("error", answer.reject).end();
  return { outgoing, response: await answer.promise };
}

async function begin(isReady = async (_request: FastifyRequest): Promise<void> => undefined) {
  ended = Promise.withResolvers();
  ready = isReady;
  await writeFile(path, Buffer.alloc(sizeBytes, 7));
  const address = app.server.address();
  assert.ok(address !== null && typeof address === "object");
  return httpRequest({ host: "127.0.0.1", port: address.port });
}

test("a file that is read to its end was sent whole", async () => {
  const { response } = await ask();
  let got = 0;
  for await (const chunk of response) got += (chunk as Buffer).length; // of a response without an encoding
  assert.equal(got, sizeBytes);
  assert.deepEqual(await ended.promise, { whole: true, fault: undefined });
});

test("a client that goes away has not read it whole, and the file is not at fault", async () => {
  const { outgoing } = await ask();
  outgoing.on("error", () => {}).destroy();
  assert.deepEqual(await ended.promise, { whole: false, fault: undefined });
});

test("of a client that goes away while the file is being opened the end is told, too", {
  timeout: 10_000,
}, async () => {
  const outgoing = await begin(async ({ raw }) => {
    outgoing.destroy();
    await once(raw.socket, "close");
  });
  outgoing.on("error", () => {}).end();
  assert.deepEqual(await ended.promise, { whole: false, fault: undefined });
});

test("a file that becomes shorter while it is read breaks the connection off, and is named", async () => {
  const { response } = await ask();
  await truncate(path, 0);
  await assert.rejects(async () => {
    for await (const _ of response);
  }, /aborted/);
  const { whole, fault } = await ended.promise;
  assert.deepEqual([whole, fault?.reason], [false, "FileUnreadable"]);
  assert.match(fault?.message ?? "", /became shorter while it was read$/);
});
