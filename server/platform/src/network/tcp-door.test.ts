import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { type OpenTcp, openTcp } from "./tcp-door.ts";

const signal = AbortSignal.timeout(20_000);
const many = { host: "127.0.0.1", port: 0, purpose: "tests", isForMany: true };

async function open(t: TestContext): Promise<{ server: Server; door: OpenTcp }> {
  const server = createServer();
  const door = await openTcp(server, many, signal);
  t.after(() => {
    server.close();
    return door.close();
  });
  return { server, door };
}

/** All of them stand at the door when it resolves: the kernel lets them in before the server does. */
function comeAtOnce({ host, port }: OpenTcp, count: number): Socket[] {
  return Array.from({ length: count }, () => connect(port, host).on("error", () => undefined));
}

test("a crowd is let in within a few turns of the event loop, not one by one", async (t) => {
  const { server, door } = await open(t);
  const count = 128;
  const { promise: allIn, resolve } = Promise.withResolvers<void>();
  let [taken, turns] = [0, 0];
  server.on("connection", (socket) => {
    socket.on("error", () => undefined);
    taken += 1;
    if (taken === count) resolve();
  });
  const countTurns = () => {
    turns += 1;
    if (taken < count) setImmediate(countTurns);
  };
  const clients = comeAtOnce(door, count);
  countTurns();
  await allIn;
  for (const client of clients) client.destroy();
  assert.ok(turns < count / 4, `${turns} turns for ${count} connections`);
});

test("whoever is within is waited for at the end, whichever descriptor let it in", async (t) => {
  const { server, door } = await open(t);
  const within: Socket[] = [];
  server.on("connection", (socket) => within.push(socket.on("error", () => undefined)));
  const clients = comeAtOnce(door, 32);
  while (within.length < clients.length) await once(server, "connection", { signal });
  const ended = once(server, "close", { signal });
  server.close();
  const closed = Promise.all([door.close(), ended]).then(() => within.filter(({ destroyed }) => !destroyed).length);
  for (const client of clients) client.destroy();
  assert.equal(await closed, 0);
});

test("callers are taken as the server they are handed to would take them", async (t) => {
  const server = createServer({ allowHalfOpen: true });
  const door = await openTcp(server, many, signal);
  t.after(() => {
    server.close();
    return door.close();
  });
  server.on("connection", (socket) => socket.on("end", () => socket.end("heard")).resume());
  const answers = comeAtOnce(door, 32).map(async (client) => {
    client.end("said");
    const [answer] = await once(client, "data", { signal });
    return String(answer);
  });
  assert.deepEqual(new Set(await Promise.all(answers)), new Set(["heard"]));
});

for (const isForMany of [true, false])
  test(`a listen that is given up leaves the port free, ${isForMany ? "all copies of it" : "a plain one"}`, async (t) => {
    const { port } = await takenOnce();
    const door = { ...many, isForMany, port };
    await assert.rejects(openTcp(createServer(), door, AbortSignal.abort()), { name: "AbortError" });
    const server = createServer();
    const again = await openTcp(server, door, signal);
    t.after(() => {
      server.close();
      return again.close();
    });
    assert.equal(again.port, port);
  });

/** A port that was free a moment ago. */
async function takenOnce(): Promise<OpenTcp> {
  const server = createServer();
  const door = await openTcp(server, many, signal);
  const ended = once(server, "close", { signal });
  server.close();
  await Promise.all([door.close(), ended]);
  return door;
}
