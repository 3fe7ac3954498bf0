import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";
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

test("where sockets cannot be tied to links, their addresses are listened on, and no other", async (t) => {
  const program = `
    import { createServer } from "node:net";
    import { openTcp } from ${JSON.stringify(new URL("./tcp-door.ts", import.meta.url).href)};
    const door = { host: "0.0.0.0", port: 0, purpose: "tests", links: ["lo"], isForMany: true };
    const server = createServer((socket) => socket.end("within"));
    const { host, port, close } = await openTcp(server, door, AbortSignal.timeout(10_000));
    console.log(JSON.stringify({ host, port }));
    process.stdin.on("end", () => Promise.all([close(), server.close()])).resume();`;
  const node = spawn(process.execPath, ["--no-addons", "--input-type=module", "-e", program]);
  t.after(() => node.kill());
  const [line] = await once(createInterface({ input: node.stdout }), "line", { signal });
  const { host, port } = JSON.parse(String(line)) as { host: string; port: number };
  const [said] = await once(connect(port, host), "data", { signal });
  assert.deepEqual([host, String(said)], ["127.0.0.1", "within"]);
  await assert.rejects(once(connect(port, "127.0.0.2"), "connect", { signal }), { code: "ECONNREFUSED" });
  const ended = once(node, "exit", { signal });
  node.stdin.end();
  assert.deepEqual(await ended, [0, null]);
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
