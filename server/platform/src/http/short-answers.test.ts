// Over real connections: what is answered without the HTTP server, what is handed to it, and what is known of each answer afterwards.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, test } from "node:test";
import { promisify } from "node:util";
import { HttpListener } from "./http-listener.ts";
import type { FileSent } from "./send-file.ts";
import { type FoundAnswer, shortAnswersOf } from "./short-answers.ts";

const inTime = { timeout: 30_000 };
const whole: FileSent = { whole: true, fault: undefined, stalledSeconds: undefined };
const get = "GET /short/a HTTP/1.1\r\nhost: h\r\n\r\n";
/** More than a connection's buffers take. */
const large = Buffer.alloc(32 * 2 ** 20, "L");
let listener: HttpListener;
let sent: FileSent[];
let told: PromiseWithResolvers<void>;
let body: Uint8Array;
/** What the answer waits for. */
let finding: Promise<void> | undefined;
let asked: PromiseWithResolvers<void>;
/** The server's end of the last connection. */
let accepted: Socket | undefined;

beforeEach(async () => {
  sent = [];
  told = Promise.withResolvers();
  asked = Promise.withResolvers();
  body = Buffer.from("short");
  finding = undefined;
  accepted = undefined;
  const limits = { requestTimeoutMs: 60_000, bodyLimitBytes: 1000 };
  const connections = { limits: { most: 20, mostPerAddress: 20 }, isShared: () => false, onCrowded: () => undefined };
  listener = new HttpListener({
    ...{ host: "127.0.0.1", port: 0, purpose: "tests", isLenient: true, ...limits, connections },
    register: async (app) => {
      app.get("/short/*", async () => "by the server");
      app.server.on("connection", (socket) => {
        accepted = socket;
      });
      const onEnd = (one: FileSent): void => {
        sent.push(one);
        told.resolve();
      };
      shortAnswersOf(app.server)?.route("/short/", (name): FoundAnswer | Promise<FoundAnswer> => {
        asked.resolve();
        if (name === "fails") throw new Error("no");
        const headers = ["content-length", String(body.length)];
        const found = name === "a" ? { status: 200, headers, body, onEnd } : undefined;
        return finding === undefined ? found : finding.then(() => found);
      });
    },
  });
  await listener.start(AbortSignal.timeout(5000));
});

afterEach(() => listener.stop(AbortSignal.abort()));

function open(): Socket {
  const { hostname, port } = new URL(listener.url ?? "");
  return connect(Number(port), hostname).on("error", () => undefined);
}

/** All that comes until so much of `end` has come. */
async function readTo(socket: Socket, end: string, times = 1): Promise<string> {
  let text = "";
  socket.on("data", (bytes) => {
    text += bytes.toString("latin1");
  });
  while (text.split(end).length <= times) await once(socket, "data");
  socket.removeAllListeners("data");
  return text;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** So that the server has read each by itself. */
async function sendOneByOne(socket: Socket, requests: readonly string[]): Promise<void> {
  for (const request of requests) {
    socket.write(request);
    while (accepted === undefined || accepted.bytesRead < socket.bytesWritten) await turn();
  }
}

test(
  "curl is answered again and again on one connection, then by the HTTP server on the same one",
  inTime,
  async () => {
    const urls = ["a", "a", "other", "a", "fails"].map((name) => `${listener.url}/short/${name}`);
    const { stdout } = await promisify(execFile)("curl", ["-sS", "-w", " %{http_code} %{num_connects}\n", ...urls]);
    const byServer = "by the server 200 0";
    assert.deepEqual(stdout.trim().split("\n"), ["short 200 1", "short 200 0", byServer, byServer, byServer]);
    assert.deepEqual(sent, [whole, whole]);
  },
);

for (const [how, begin] of [
  ["at once", () => undefined],
  ["after a wait", () => Promise.resolve()],
] as const)
  test(
    `a request that is no plain GET is the HTTP server's, in whatever pieces it comes: found ${how}`,
    inTime,
    async () => {
      finding = begin();
      const socket = open();
      socket.write("GET /short/other HTTP/1.1\r\nhost: h\r\n\r\n");
      assert.match(await readTo(socket, "by the server"), /^HTTP\/1\.1 200 OK/);
      socket.write("GET /short/a HT");
      socket.write("TP/1.1\r\nhost: h\r\n\r\n");
      await readTo(socket, "by the server");
      socket.destroy();
    },
  );

test("requests that come at once are all answered, in their order", inTime, async () => {
  const socket = open();
  socket.write(get);
  await readTo(socket, "short");
  socket.write(get + get + get);
  await readTo(socket, "by the server", 3);
  socket.destroy();
});

test(
  "an answer that is waited for is given, and a client that has gone meanwhile is told of as gone",
  inTime,
  async () => {
    const wait = Promise.withResolvers<void>();
    finding = wait.promise;
    const [stays, goes] = [open(), open()];
    stays.write(get);
    goes.write(get);
    await asked.promise;
    goes.resetAndDestroy();
    wait.resolve();
    await readTo(stays, "short");
    while (sent.length < 2) await turn();
    assert.equal(
      sent.some((one) => one.whole),
      true,
    );
    stays.destroy();
  },
);

test("requests that come one by one while another is waited for are each told of once", inTime, async () => {
  const wait = Promise.withResolvers<void>();
  finding = wait.promise;
  const socket = open();
  await once(socket, "connect");
  await sendOneByOne(socket, [get, get, get]);
  finding = undefined;
  wait.resolve();
  await readTo(socket, "short", 3);
  assert.deepEqual(sent, [whole, whole, whole]);
  // Nothing is being answered any more, so that this waits for nobody.
  await listener.stop(new AbortController().signal);
});

test("requests that come one by one while an answer is read slowly are each told of once", inTime, async () => {
  body = large;
  const socket = open().pause();
  await once(socket, "connect");
  await sendOneByOne(socket, [get]);
  body = Buffer.from("short");
  await sendOneByOne(socket, [get, get, get]);
  socket.resume();
  while (sent.length < 4) await turn();
  assert.deepEqual(sent, [whole, whole, whole, whole]);
  await listener.stop(new AbortController().signal);
});

test("who reads an answer slowly has all of it, and is answered again", inTime, async () => {
  body = large;
  const socket = open().pause();
  socket.write(get);
  await asked.promise;
  assert.deepEqual(sent, []);
  let bytes = 0;
  socket.on("data", (piece) => {
    bytes += piece.length;
  });
  socket.resume();
  await told.promise;
  while (bytes < large.length) await once(socket, "data");
  body = Buffer.from("short");
  socket.write(get);
  await readTo(socket, "short");
  assert.deepEqual(sent[0], whole);
  socket.destroy();
});

test("who goes away before the end has not read it whole", inTime, async () => {
  body = large;
  const socket = open();
  socket.write(get);
  await once(socket, "data");
  socket.resetAndDestroy();
  await told.promise;
  assert.deepEqual(sent, [{ ...whole, whole: false }]);
});

test("a stop ends what asks nothing at once, and what is being answered with its end", inTime, async () => {
  const idle = open();
  idle.write(get);
  await readTo(idle, "short");
  body = large;
  const reads = open().pause();
  reads.write(get);
  await once(reads, "readable");
  const stopped = listener.stop(AbortSignal.timeout(20_000));
  await once(idle.resume(), "close");
  let bytes = 0;
  for await (const piece of reads) bytes += piece.length;
  await stopped;
  assert.equal(bytes > large.length, true);
});

test("a client that says it will write no more gets its answer, and the connection ends", inTime, async () => {
  const socket = open();
  socket.end(get);
  let text = "";
  for await (const piece of socket) text += piece;
  assert.match(text, /\r\n\r\nshort$/);
});

for (const [name, end] of [
  ["a", "short"],
  ["b", "by the server"],
] as const)
  test(
    `also when it says so while ${name === "a" ? "the answer" : "whether there is a short answer"} is being found`,
    inTime,
    async () => {
      const found = Promise.withResolvers<void>();
      finding = found.promise;
      const socket = open();
      socket.end(get.replace("/a", `/${name}`));
      await asked.promise;
      while (accepted?.readableEnded !== true) await turn();
      // Time enough to take it down.
      for (let turns = 0; turns < 10; turns++) await turn();
      found.resolve();
      let text = "";
      for await (const piece of socket) text += piece;
      assert.equal(text.split("\r\n\r\n")[1], end);
    },
  );
