// One connection to a server that fails calls, takes leave, falls silent, or is not there.

import assert from "node:assert/strict";
import { once } from "node:events";
import { type ClientHttp2Stream, createServer, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import { type AddressInfo, connect as connectTcp, createServer as createTcpServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { type ConnectionTimes, ServerConnection } from "./server-connection.ts";

const timeout = 10_000;

type Call = { readonly mine: ClientHttp2Stream; readonly theirs: ServerHttp2Stream };

/** A server whose calls a test answers itself, behind a cable that can be cut without a word. */
async function serverOnCable(t: TestContext, times: Partial<ConnectionTimes> = {}) {
  const sessions: ServerHttp2Session[] = [];
  let onCall: (stream: ServerHttp2Stream) => void = () => {};
  let pings = 0;
  const server = createServer();
  server.on("session", (session) => {
    sessions.push(session);
    session.on("ping", () => (pings += 1));
    session.on("error", () => {});
  });
  server.on("stream", (stream: ServerHttp2Stream) => {
    stream.on("error", () => {});
    onCall(stream);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const sockets = new Set<Socket>();
  const cable = createTcpServer((near) => {
    const far = connectTcp((server.address() as AddressInfo).port); // a TCP server's address is never a path
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) sockets.add(socket.on("error", () => {}));
  });
  cable.listen(0, "127.0.0.1");
  await once(cable, "listening");
  const connection = new ServerConnection(`http://127.0.0.1:${(cable.address() as AddressInfo).port}`, {}, times);
  t.after(() => {
    connection.close();
    for (const socket of sockets) socket.destroy();
    server.close();
    cable.close();
  });
  const call = async (): Promise<Call> => {
    const arrived = new Promise<ServerHttp2Stream>((resolve) => (onCall = resolve));
    const mine = await connection.request("POST", "/", {}, {});
    return { mine, theirs: await arrived };
  };
  const cut = (): void => {
    for (const socket of sockets) socket.unpipe().pause();
  };
  return { connection, sessions, call, cut, pings: () => pings };
}

async function answer({ mine, theirs }: Call): Promise<number> {
  theirs.respond({ ":status": 200 }, { endStream: true });
  const [headers] = await once(mine, "response");
  mine.resume();
  return headers[":status"];
}

test("doubt leaves the calls of a connection that answers a ping alone, however often", { timeout }, async (t) => {
  const { connection, sessions, call, pings } = await serverOnCable(t);
  const waiting = await call();
  connection.doubt();
  const second = await call();
  connection.doubt();
  connection.doubt();
  assert.equal(await answer(second), 200);
  assert.equal(await answer(waiting), 200);
  assert.deepEqual([sessions.length, pings()], [1, 2]);
});

test("without an answer to a ping all calls fail at once, and the next one makes a new connection", {
  timeout,
}, async (t) => {
  const { connection, sessions, call, cut } = await serverOnCable(t, { pingTimeoutMs: 50 });
  const { mine } = await call();
  cut();
  connection.doubt();
  const [error] = await once(mine, "error");
  assert.match(String(error), /http:\/\/127\.0\.0\.1:\d+ did not answer a ping/);
  const next = await call();
  connection.doubt(); // a second failure of the old connection
  assert.equal(await answer(next), 200);
  assert.equal(sessions.length, 2);
});

test("a server that takes leave answers what it has, while new calls go to a new connection", {
  timeout,
}, async (t) => {
  const { sessions, call } = await serverOnCable(t);
  const old = await call();
  const [session] = sessions;
  assert.ok(session);
  const left = once(old.mine.session ?? assert.fail("the call has ended"), "goaway");
  session.goaway();
  await left;
  assert.equal(await answer(await call()), 200);
  assert.equal(await answer(old), 200);
  await once(session, "close");
  assert.equal(sessions.length, 2);
});

test("a connection that was silent for long is asked before it is used", { timeout }, async (t) => {
  const { sessions, call, pings } = await serverOnCable(t, { silentMs: 0 });
  assert.equal(await answer(await call()), 200);
  assert.equal(pings(), 0);
  assert.equal(await answer(await call()), 200);
  assert.deepEqual([sessions.length, pings()], [1, 1]);
});

test("calls wait for one connection, and hear why there is none", { timeout }, async (t) => {
  const full = createTcpServer().listen(0, "127.0.0.1");
  await once(full, "listening");
  const { port } = full.address() as AddressInfo; // as above
  await new Promise((resolve) => full.close(resolve));
  const connection = new ServerConnection(`http://127.0.0.1:${port}`);
  t.after(() => connection.close());
  for (const call of [connection.request("POST", "/", {}, {}), connection.request("POST", "/", {}, {})])
    await assert.rejects(call, { code: "ECONNREFUSED" });
});

test("a server that never ends the handshake is given up", { timeout }, async (t) => {
  const mute = createTcpServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1");
  await once(mute, "listening");
  const { port } = mute.address() as AddressInfo; // as above
  const connection = new ServerConnection(`https://127.0.0.1:${port}`, {}, { connectTimeoutMs: 50 });
  t.after(() => {
    connection.close();
    mute.close();
  });
  await assert.rejects(connection.request("POST", "/", {}, {}), /took no connection within 0\.05 s/);
});
