// The listener with real connections, as a worker and as somebody who means it no good make them.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type ClientHttp2Session, connect as connectHttp2, constants } from "node:http2";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { ManualClock } from "../testing/manual-clock.ts";
import { type Clock, systemClock } from "../time/clock.ts";
import { unlessAborted } from "../wait/abort.ts";
import { Turns } from "../wait/turns.ts";
import { GrpcError } from "./grpc-error.ts";
import { frameMessage } from "./grpc-frames.ts";
import { GrpcListener, type GrpcRefusal } from "./grpc-listener.ts";
import type { GrpcCaller, GrpcMethod } from "./grpc-method.ts";

type Answer = {
  readonly encodings: string | undefined;
  readonly status: string | undefined;
  readonly message: string | undefined;
  readonly body: Buffer;
};

const echo: GrpcMethod = {
  path: "/test.Echo/Echo",
  isStream: false,
  serve: async (message) => (message instanceof Uint8Array ? message : Uint8Array.of()),
};

async function start(t: TestContext, methods: readonly GrpcMethod[] = [echo], clock: Clock = systemClock) {
  const refused: GrpcRefusal[] = [];
  const listener = new GrpcListener({
    ...{ doors: [{ host: "127.0.0.1" }], port: 0, clock, methods, turns: new Turns() },
    toGrpcError: (error) => (error instanceof GrpcError ? error : new GrpcError("internal", String(error))),
    isShared: () => false,
    onRefused: (refusal) => void refused.push(refusal),
  });
  await listener.start(AbortSignal.timeout(5000));
  t.after(() => listener.stop(AbortSignal.timeout(100)));
  const port = listener.address?.port ?? 0;
  const session = (address = "127.0.0.1"): ClientHttp2Session => {
    const made = connectHttp2(`http://127.0.0.1:${port}`, {
      createConnection: () => connect({ host: "127.0.0.1", port, localAddress: address }),
    });
    made.on("error", () => undefined);
    t.after(() => made.destroy());
    return made;
  };
  return { listener, refused, session };
}

async function call(session: ClientHttp2Session, body: Buffer, headers: Record<string, string> = {}): Promise<Answer> {
  const stream = session.request({
    ...{ ":method": "POST", ":path": echo.path, "content-type": "application/grpc", te: "trailers" },
    ...headers,
  });
  const parts: Buffer[] = [];
  const said: Record<string, unknown> = {};
  for (const event of ["response", "trailers"]) stream.on(event, (found) => Object.assign(said, found));
  stream.on("data", (part: Buffer) => parts.push(part));
  stream.on("error", () => undefined);
  stream.end(body);
  await unlessAborted(new Promise((resolve) => stream.on("close", resolve)), AbortSignal.timeout(10_000));
  const text = (name: string) => (said[name] === undefined ? undefined : String(said[name]));
  return {
    encodings: text("grpc-accept-encoding"),
    status: text("grpc-status"),
    message: text("grpc-message"),
    body: Buffer.concat(parts),
  };
}

test("a message comes back with status 0 behind it", async (t) => {
  const { session } = await start(t);
  const message = frameMessage(Buffer.from("hello"));
  const encodings = "identity";
  assert.deepEqual(await call(session(), message), { encodings, status: "0", message: undefined, body: message });
});

test("what breaks the protocol is answered with a status, and the connection goes on", async (t) => {
  const { session } = await start(t);
  const worker = session();
  const message = frameMessage(Buffer.from("hello"));
  const cases: [string, Buffer, Record<string, string>, string][] = [
    ["compressed", Buffer.from([1, 0, 0, 0, 0]), {}, "12"],
    ["another encoding", message, { "grpc-encoding": "gzip" }, "12"],
    ["too long", Buffer.from([0, 127, 0, 0, 0]), {}, "8"],
    ["half a message", message.subarray(0, 7), {}, "3"],
    ["nothing", Buffer.of(), {}, "3"],
    ["two messages", Buffer.concat([message, message]), {}, "12"],
    ["no such call", message, { ":path": "/test.Echo/Other" }, "12"],
  ];
  for (const [name, body, headers, status] of cases) {
    const said = await call(worker, body, headers);
    // Which encodings are taken must be said where one is refused.
    assert.deepEqual([said.status, said.encodings], [status, "identity"], name);
  }
  assert.equal((await call(worker, message)).status, "0");
});

test("a caller that hangs up, or whose time is over, is told to the method", async (t) => {
  let began = Promise.withResolvers<GrpcCaller>();
  const wait: GrpcMethod = {
    ...echo,
    serve: (_, caller) => {
      began.resolve(caller);
      return new Promise((_, reject) =>
        caller.signal.addEventListener("abort", () => reject(new GrpcError("deadline-exceeded", "too late"))),
      );
    },
  };
  const { session } = await start(t, [wait]);
  const message = frameMessage(Buffer.of());
  assert.equal((await call(session(), message, { "grpc-timeout": "50m" })).status, "4");
  began = Promise.withResolvers();
  const dying = session("127.0.0.2");
  void call(dying, message);
  const { address, signal } = await began.promise;
  assert.equal(address, "127.0.0.2");
  const aborted = once(signal, "abort", { signal: AbortSignal.timeout(5000) });
  dying.destroy();
  await aborted;
});

test("whatever a method makes of its caller's end, a call whose time is over is told that, and not that the server is away", async (t) => {
  const wait: GrpcMethod = {
    ...echo,
    serve: (_, caller) =>
      new Promise((_, reject) => void caller.onGone(() => reject(new GrpcError("unavailable", "the worker hung up")))),
  };
  const { session } = await start(t, [wait]);
  assert.equal((await call(session(), frameMessage(Buffer.of()), { "grpc-timeout": "50m" })).status, "4");
});

test("a message of a status is encoded where it must be, and nowhere else", async (t) => {
  const refusing: GrpcMethod = {
    ...echo,
    serve: async () => {
      throw new GrpcError("internal", 'm1: "100 %"; a/b?\u00e4\n\u{1F600}\ud800');
    },
  };
  const { session } = await start(t, [refusing]);
  const { message } = await call(session(), frameMessage(Buffer.of()));
  assert.equal(message, 'm1: "100 %25"; a/b?%C3%A4%0A%F0%9F%98%80%EF%BF%BD');
});

test("one address has no more connections than a machine needs: an idle one makes room, and others have theirs", async (t) => {
  const { session, refused } = await start(t);
  const message = frameMessage(Buffer.from("hello"));
  const first = Array.from({ length: 8 }, () => session());
  for (const each of first) assert.equal((await call(each, message)).status, "0");
  const oldest = once(first[0] ?? session(), "close");
  assert.equal((await call(session(), message)).status, "0");
  await oldest;
  assert.deepEqual(
    refused.map(({ address, reason }) => [address, reason]),
    [["127.0.0.1", "TooManyConnections"]],
  );
  assert.equal((await call(session("127.0.0.2"), message)).status, "0");
});

test("a call that waits is not hung up on, however many connections the address opens", async (t) => {
  const began = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const slow: GrpcMethod = {
    ...echo,
    serve: async (message, caller) => {
      began.resolve();
      await gate.promise;
      return await echo.serve(message, caller);
    },
  };
  const { session } = await start(t, [slow]);
  const waiting = call(session(), frameMessage(Buffer.from("hello")));
  await began.promise;
  const silent = Array.from({ length: 30 }, () => session());
  await Promise.race(silent.map((each) => once(each, "close")));
  gate.resolve();
  assert.equal((await waiting).status, "0");
});

test("the end waits for calls that run, and not longer than its deadline", async (t) => {
  const gate = Promise.withResolvers<void>();
  const began = Promise.withResolvers<void>();
  const slow: GrpcMethod = {
    ...echo,
    serve: async (message, caller) => {
      began.resolve();
      await gate.promise;
      return await echo.serve(message, caller);
    },
  };
  const { listener, session } = await start(t, [slow]);
  const answer = call(session(), frameMessage(Buffer.from("hello")));
  await began.promise;
  const stopping = listener.stop(AbortSignal.timeout(10_000));
  gate.resolve();
  assert.equal((await answer).status, "0");
  await stopping;
});

test("calls that do not end, from ever so many addresses, keep no other worker's out", {
  timeout: 60_000,
}, async (t) => {
  const { session, refused } = await start(t);
  const message = frameMessage(new Uint8Array(1024 * 1024));
  for (let host = 2; host < 22; host++) {
    const hostile = session(`127.0.0.${host}`);
    for (let calls = 0; calls < 4; calls++) await sendHalf(hostile, message.subarray(0, -1));
  }
  for (const address of ["127.0.0.99", "127.0.1.1"]) {
    const worker = session(address);
    const { stream, answer } = await sendHalf(worker, message.subarray(0, 900_000));
    stream.end(message.subarray(900_000));
    assert.deepEqual(await answer, ["0"], address);
  }
  assert.deepEqual(
    [refused[0]?.address, refused[0]?.reason, new Set(refused.map(({ reason }) => reason)).size],
    ["127.0.0.2", "CallNotWhole", 1],
  );
});

test("a full room costs who is within a message, and no stream between two, nor one whose message is being written", {
  timeout: 60_000,
}, async (t) => {
  const gate = Promise.withResolvers<void>();
  let taken = 0;
  const write: GrpcMethod = {
    ...{ path: "/test.Echo/Write", isStream: true },
    serve: async (messages) => {
      if (messages instanceof Uint8Array) return messages;
      for await (const message of messages) {
        taken += 1;
        if (message.length > 1) await gate.promise;
      }
      return Uint8Array.of();
    },
  };
  const { session, refused } = await start(t, [echo, write]);
  const worker = session();
  const idle = await sendHalf(worker, frameMessage(Uint8Array.of(1)), write.path);
  const written = await sendHalf(worker, frameMessage(Uint8Array.of(1, 2)), write.path);
  const half = await sendHalf(worker, frameMessage(new Uint8Array(100)).subarray(0, -1), write.path);
  assert.equal(taken, 2);
  const message = frameMessage(new Uint8Array(1024 * 1024));
  for (let calls = 0; calls < 4; calls++) await sendHalf(worker, message.subarray(0, -1));
  gate.resolve();
  for (const { stream } of [idle, written]) stream.end(frameMessage(Uint8Array.of(3)));
  assert.deepEqual([await idle.answer, await written.answer, await half.answer], [["0"], ["0"], ["8"]]);
  assert.deepEqual(new Set(refused.map(({ reason }) => reason)), new Set(["CallNotWhole"]));
});

test("a message that is whole takes its room until its call is, too", async (t) => {
  const { session, refused } = await start(t);
  const worker = session();
  const message = frameMessage(new Uint8Array(1024 * 1024));
  const calls: Awaited<ReturnType<typeof sendHalf>>[] = [];
  for (let n = 0; n < 5; n++) calls.push(await sendHalf(worker, message));
  assert.deepEqual(await calls[0]?.answer, ["8"]);
  calls.at(-1)?.stream.end();
  assert.deepEqual([await calls.at(-1)?.answer, refused[0]?.reason], [["0"], "CallNotWhole"]);
});

test("who is silent within a message, or trickles it for ever, is given up; a method may think for as long as it likes", async (t) => {
  const clock = new ManualClock(0);
  const [thinks, began] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const slow: GrpcMethod = {
    ...{ path: "/test.Echo/Slow", isStream: false },
    serve: async (message, caller) => {
      began.resolve();
      await thinks.promise;
      return await echo.serve(message, caller);
    },
  };
  const { session, refused } = await start(t, [echo, slow], clock);
  const message = frameMessage(new Uint8Array(100));
  const thought = await sendHalf(session("127.0.0.2"), message, slow.path);
  thought.stream.end();
  await began.promise;
  const worker = session();
  const [silent, trickling] = [
    await sendHalf(worker, message.subarray(0, 50)),
    await sendHalf(worker, message.subarray(0, 1)),
  ];
  for (let seconds = 0; seconds < 63; seconds += 1) {
    clock.advance(1000);
    if (seconds < 55) trickling.stream.write(message.subarray(seconds + 1, seconds + 2));
    await ping(worker);
    if (seconds === 22) assert.deepEqual(await silent.answer, ["4"]);
  }
  assert.deepEqual(await trickling.answer, ["4"]);
  assert.deepEqual(
    refused.map(({ reason, address }) => [reason, address]),
    [
      ["CallNotWhole", "127.0.0.1"],
      ["CallNotWhole", "127.0.0.1"],
    ],
  );
  thinks.resolve();
  assert.deepEqual(await thought.answer, ["0"]);
});

test("a clock that is set forward gives up no message that is on its way", async (t) => {
  const clock = new ManualClock(0);
  const { session } = await start(t, [echo], clock);
  const message = frameMessage(new Uint8Array(100));
  const { stream, answer } = await sendHalf(session(), message.subarray(0, 50));
  clock.setForward(3_600_000);
  clock.advance(1000);
  stream.end(message.subarray(50));
  assert.deepEqual(await answer, ["0"]);
});

test("streams are bounded by their number: the oldest of an address that opens ever more makes room, and is told why", {
  timeout: 60_000,
}, async (t) => {
  const write: GrpcMethod = {
    ...{ path: "/test.Echo/Write", isStream: true },
    serve: async (messages) => {
      if (!(messages instanceof Uint8Array)) for await (const _ of messages);
      return Uint8Array.of();
    },
  };
  const { session, refused } = await start(t, [write]);
  const elsewhere = await sendHalf(session("127.0.0.2"), frameMessage(Uint8Array.of(1)), write.path);
  const open: Awaited<ReturnType<typeof sendHalf>>[] = [];
  for (let connections = 0; connections < 5; connections++) {
    const worker = session();
    for (let n = 0; n < 60; n++) open.push(await sendHalf(worker, frameMessage(Uint8Array.of(1)), write.path));
  }
  assert.deepEqual(await open[0]?.answer, ["8"]);
  for (const each of [elsewhere, open.at(-1)]) each?.stream.end();
  assert.deepEqual([await elsewhere.answer, await open.at(-1)?.answer], [["0"], ["0"]]);
  assert.deepEqual([refused.length, refused[0]?.reason, refused[0]?.address], [44, "TooManyStreams", "127.0.0.1"]);
});

test("who breaks off a call in the packet that begins it ends that call, and nothing else", async (t) => {
  const { session } = await start(t);
  for (const type of ["text/plain", "application/grpc"])
    for (const path of [echo.path, "/test.Echo/Other"]) {
      const worker = session();
      const stream = worker.request({ ":method": "POST", ":path": path, "content-type": type });
      stream.on("error", () => undefined);
      stream.close(constants.NGHTTP2_PROTOCOL_ERROR);
      await new Promise((resolve) => stream.once("close", resolve));
      await ping(worker);
    }
  assert.equal((await call(session(), frameMessage(Buffer.from("hello")))).status, "0");
});

/** Resolves when the server has read it all. */
async function sendHalf(worker: ClientHttp2Session, half: Uint8Array, path = echo.path) {
  const stream = worker.request({ ":method": "POST", ":path": path, "content-type": "application/grpc" });
  stream.on("error", () => undefined);
  stream.resume();
  // A refusal has it in its headers.
  const answer = Promise.race([once(stream, "trailers"), once(stream, "response")]).then(async ([headers]) => {
    const [said] = "grpc-status" in headers ? [headers] : await once(stream, "trailers");
    return [said["grpc-status"]];
  });
  answer.catch(() => undefined);
  await new Promise((resolve) => stream.write(half, resolve));
  await ping(worker);
  return { stream, answer };
}

function ping(worker: ClientHttp2Session): Promise<void> {
  return new Promise((resolve) => worker.ping(() => resolve()));
}
