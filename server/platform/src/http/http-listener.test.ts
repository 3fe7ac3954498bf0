// The end of an HTTP listener: what it took is finished, what answers nothing is closed at once, and nothing outlasts the deadline.
import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { FastifyInstance } from "fastify";
import type { ConnectionRules, Crowding } from "../network/connection-caps.ts";
import { HttpListener, type HttpListenerOptions } from "./http-listener.ts";

/** More than the kernel's buffers of a connection take, so that the end of it is still to be sent. */
const fileBytes = 80_000_000;
const chunk = Buffer.alloc(100_000);

const inTime = { timeout: 30_000 };
const getFile = "GET /file HTTP/1.1\r\nhost: x\r\n\r\n";

let listener: HttpListener;
let watch: AbortController;
let crowded: Crowding[];
let begun: number;
/** The answer that is a file is over, sent or broken off. */
let fileOver: PromiseWithResolvers<void>;
/** Bodies that have begun. */
let posted: number;

async function register(app: FastifyInstance): Promise<void> {
  app.addHook("preClose", async () => watch.abort());
  app.get("/small", async () => "small");
  app.get("/deep/small", async () => "small");
  const preParsing = async (): Promise<void> => {
    posted += 1;
  };
  app.post("/post", { preParsing }, async ({ body }) => body);
  app.get("/file", (_request, reply) => {
    begun += 1;
    reply.raw.once("close", fileOver.resolve);
    const parts = Array.from({ length: fileBytes / chunk.length }, () => chunk);
    reply.header("content-length", fileBytes).send(Readable.from(parts));
  });
  app.get("/watch", (_request, reply) => {
    const events = new Readable({ read: () => undefined });
    events.push("begun");
    watch.signal.addEventListener("abort", () => events.push(null));
    reply.send(events);
  });
}

beforeEach(async () => {
  watch = new AbortController();
  crowded = [];
  begun = 0;
  fileOver = Promise.withResolvers();
  posted = 0;
  listener = await start();
});

async function start(more: Partial<HttpListenerOptions> = {}): Promise<HttpListener> {
  const options = { host: "127.0.0.1", port: 0, purpose: "tests", requestTimeoutMs: 60_000, bodyLimitBytes: 1000 };
  const connections: ConnectionRules = {
    limits: { most: 20, mostPerAddress: 5 },
    isShared: () => false,
    onCrowded: (crowding) => crowded.push(crowding),
  };
  const started = new HttpListener({ ...options, connections, register, ...more });
  await started.start(AbortSignal.timeout(5000));
  return started;
}

async function ask(path: string, agent = new Agent()): Promise<IncomingMessage> {
  const [response] = await once(get(`${listener.url}${path}`, { agent }), "response");
  return response;
}

function connectTo(): Socket {
  const { hostname, port } = new URL(listener.url ?? "");
  return connect(Number(port), hostname).on("error", () => undefined);
}

/** Bytes to the end; a negative count when the answer was broken off. */
async function sizeOf(response: IncomingMessage): Promise<number> {
  let size = 0;
  try {
    for await (const bytes of response) size += bytes.length;
    return size;
  } catch {
    return -size;
  }
}

test("a download that is read no more is broken off", { timeout: 20_000 }, async () => {
  await listener.stop(AbortSignal.timeout(100));
  listener = await start({ stallTimeoutMs: 200 });
  const download = await ask("/file");
  await fileOver.promise;
  download.destroy();
  await listener.stop(AbortSignal.timeout(5000));
});

test("a download under way goes on to its end, by one that reads only when the stop has begun", async () => {
  const download = await ask("/file");
  const stopped = listener.stop(AbortSignal.timeout(30_000));
  assert.equal(await sizeOf(download), fileBytes);
  await stopped;
});

test("a download that nobody reads is broken off at the deadline", { timeout: 20_000 }, async () => {
  const download = await ask("/file");
  await listener.stop(AbortSignal.timeout(100));
  assert.equal((await sizeOf(download)) <= 0, true);
});

describe("what answers nothing is closed at once", () => {
  const longDeadlineMs = 60_000;
  const promptly = { timeout: 10_000 };

  test("a connection kept for the next request", promptly, async () => {
    const agent = new Agent({ keepAlive: true });
    await sizeOf(await ask("/small", agent));
    assert.equal(Object.values(agent.freeSockets).flat().length, 1);
    await listener.stop(AbortSignal.timeout(longDeadlineMs));
  });

  test("a connection on which nothing has been asked, and one with half a question", promptly, async () => {
    const { hostname, port } = new URL(listener.url ?? "");
    const [silent, half] = [connect(Number(port), hostname), connect(Number(port), hostname)];
    half.write("GET /small HT");
    await sizeOf(await ask("/small")); // by then the others have been taken
    const ended = Promise.all([silent, half].map((socket) => once(socket.resume(), "close")));
    await listener.stop(AbortSignal.timeout(longDeadlineMs));
    await ended;
  });

  test("the connection of a download, with its end", promptly, async () => {
    const agent = new Agent({ keepAlive: true });
    const download = await ask("/file", agent);
    const stopped = listener.stop(AbortSignal.timeout(longDeadlineMs));
    assert.equal(await sizeOf(download), fileBytes);
    await stopped;
  });
});

test("a host that holds connections open keeps nobody out, itself neither, and breaks nothing off", async () => {
  const { hostname, port } = new URL(listener.url ?? "");
  const download = await ask("/file");
  const silent = Array.from({ length: 50 }, () => connect(Number(port), hostname).on("error", () => undefined));
  const closed = silent.map((socket) => once(socket.resume(), "close"));
  await Promise.all(silent.map((socket) => (socket.connecting ? once(socket, "connect") : undefined)));
  assert.equal(await sizeOf(await ask("/small")), "small".length);
  await Promise.race(closed);
  assert.match(crowded[0]?.message ?? "", /^127\.0\.0\.1 has more than the 5 connections/);
  assert.equal(await sizeOf(download), fileBytes);
  await listener.stop(AbortSignal.timeout(5000));
  await Promise.all(closed);
});

test("a host that begins bodies and never ends them keeps nobody out, itself neither", {
  timeout: 20_000,
}, async (t) => {
  const { hostname, port } = new URL(listener.url ?? "");
  const head = "POST /post HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 900\r\n\r\nx";
  const held = Array.from({ length: 5 }, () => connect(Number(port), hostname).on("error", () => undefined));
  const closed = held.map((socket) => once(socket.resume(), "close"));
  t.after(async () => {
    for (const socket of held) socket.destroy();
    await listener.stop(AbortSignal.timeout(1000));
  });
  for (const socket of held) socket.write(head);
  while (posted < held.length) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(await sizeOf(await ask("/small")), "small".length);
  await Promise.race(closed);
  assert.match(crowded[0]?.message ?? "", /the one that had been idle for longest was closed$/);
  const whole = await fetch(`${listener.url}/post`, { method: "POST", body: "whole" });
  assert.equal(await whole.text(), "whole");
  await listener.stop(AbortSignal.timeout(5000));
  await Promise.all(closed);
});

describe("requests that come before the one ahead of them is answered", () => {
  test(
    "are not begun before their turn, and too many of them end the connection, which is said once",
    inTime,
    async () => {
      const socket = connectTo();
      socket.write(getFile.repeat(2000));
      await once(socket.resume(), "close");
      assert.equal(begun, 1);
      const message = /^of 127\.0\.0\.1 more than 16 requests waited .* on one connection, which was closed$/;
      assert.equal(crowded.length, 1);
      assert.match(crowded[0]?.message ?? "", message);
      await listener.stop(AbortSignal.timeout(5000));
    },
  );

  test("are answered one after the other, to the end of the last when the server stops", inTime, async () => {
    const socket = connectTo();
    socket.write(getFile.repeat(3));
    const closed = once(socket, "close");
    let size = 0;
    let stopped: Promise<void> | undefined;
    socket.on("data", (bytes) => {
      size += bytes.length;
      if (size > fileBytes * 1.1) stopped ??= listener.stop(AbortSignal.timeout(30_000));
    });
    await closed;
    assert.equal(Math.floor(size / fileBytes), 3);
    assert.equal(begun, 3);
    await stopped;
  });

  test("are not begun for a caller that has gone", inTime, async () => {
    const socket = connectTo();
    socket.write(getFile.repeat(3));
    await once(socket, "data");
    socket.destroy();
    await listener.stop(AbortSignal.timeout(30_000));
    assert.equal(begun, 1);
  });
});

test("watches end at once, whole", { timeout: 10_000 }, async () => {
  const response = await ask("/watch");
  const stopped = listener.stop(AbortSignal.timeout(60_000));
  assert.equal(await sizeOf(response), "begun".length);
  await stopped;
});

test("after the stop nothing listens, and it can be started again", async () => {
  const { url } = listener;
  await listener.stop(AbortSignal.timeout(5000));
  await listener.stop(AbortSignal.timeout(5000));
  await assert.rejects(fetch(`${url}/small`));
  await listener.start(AbortSignal.timeout(5000));
  assert.equal(await sizeOf(await ask("/small")), "small".length);
  await listener.stop(AbortSignal.timeout(5000));
});

describe("where it is lenient", () => {
  beforeEach(async () => {
    await listener.stop(AbortSignal.timeout(5000));
    listener = await start({ isLenient: true });
  });
  afterEach(() => listener.stop(AbortSignal.abort()));

  test(
    "who says that it will write no more is sent all that it asked for, and the connection ends",
    inTime,
    async () => {
      const socket = connectTo();
      socket.end(`${getFile}GET /small HTTP/1.1\r\nhost: h\r\n\r\n`);
      let size = 0;
      let last = "";
      for await (const bytes of socket) {
        size += bytes.length;
        last = bytes.toString("latin1");
      }
      assert.equal(Math.floor(size / fileBytes), 1);
      assert.match(last, /\r\n\r\nsmall$/);
    },
  );

  test("a slash that is doubled counts once", async () => {
    for (const path of ["//small", "/deep//small", "//deep///small"]) {
      const response = await ask(path);
      assert.deepEqual([path, response.statusCode], [path, 200]);
      response.resume();
    }
  });
});
