// A caller that does not read: nothing piles up here for it, and it misses nothing once it reads on.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { kinds, type Resource } from "@neverland/api";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { type ApiServer, startApiServer, templateNamed, templatesPath } from "../testing/api-server.ts";

/** Much more than the kernel holds for a connection. */
const objects = { count: 300, bytes: 200_000 };
/** Of what is sent at once: one object, and what was begun beside it. */
const mostUnsentBytes = 5 * objects.bytes;
const promptly = { timeout: 30_000 };

async function start(t: TestContext, onInternalError = (_error: unknown): void => undefined): Promise<ApiServer> {
  const deps = { clock: systemClock, newUid: () => crypto.randomUUID() };
  const store = openMemoryStore(deps, { historyBytes: 2 ** 30 });
  const api = await startApiServer({ store, onInternalError });
  t.after(async () => {
    await api.close();
    await store.close();
  });
  return api;
}

/** Has the head of the answer, and reads no more until it is told to. */
async function openWatch(t: TestContext, api: ApiServer, query: string): Promise<Socket> {
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  t.after(() => socket.destroy());
  const head = [`GET ${templatesPath}?watch=true&${query} HTTP/1.1`, "host: x", `authorization: Bearer ${api.token}`];
  socket.write([...head, "", ""].join("\r\n"));
  await once(socket, "readable");
  return socket;
}

async function makeAll({ store }: ApiServer): Promise<void> {
  for (let n = 0; n < objects.count; n += 1) {
    const object = templateNamed(`t${n}`, "x".repeat(objects.bytes), { namespace: "default" });
    await store.create(kinds.Template, object as Resource);
  }
}

/** When no more of it is written for many turns of the event loop. */
async function unsentAtRest(api: ApiServer): Promise<number> {
  let before = -1;
  for (let turns = 0; turns < 200; turns += 1) {
    await setImmediate();
    if (api.unsentBytes() !== before) turns = 0;
    before = api.unsentBytes();
  }
  return before;
}

/** The names of what a watch tells of, in its order. */
async function namesOf(socket: Socket): Promise<string[]> {
  const names: string[] = [];
  let rest = "";
  for await (const part of socket) {
    const lines = `${rest}${part}`.split("\n");
    rest = lines.pop() ?? "";
    names.push(...lines.flatMap((line) => /"name":"(t\d+)"/.exec(line)?.[1] ?? []));
    if (names.length >= objects.count) break;
  }
  return names;
}

const allNames = Array.from({ length: objects.count }, (_, n) => `t${n}`);

test("of a watch's first list no more is written than its caller takes, and all of it comes", promptly, async (t) => {
  const api = await start(t);
  await makeAll(api);
  const socket = await openWatch(t, api, "");
  const unsent = await unsentAtRest(api);
  assert.ok(unsent > 0 && unsent <= mostUnsentBytes, `${unsent} bytes`);
  assert.deepEqual(new Set(await namesOf(socket)), new Set(allNames));
});

test("of what happens no more is written than a watch's caller takes, and it misses nothing", promptly, async (t) => {
  const api = await start(t);
  const socket = await openWatch(t, api, "resourceVersion=0");
  await makeAll(api);
  const unsent = await unsentAtRest(api);
  assert.ok(unsent > 0 && unsent <= mostUnsentBytes, `${unsent} bytes`);
  assert.deepEqual(await namesOf(socket), allNames);
});

test("a caller that breaks off while it does not read is no fault of ours", promptly, async (t) => {
  const told: unknown[] = [];
  const api = await start(t, (error) => told.push(error));
  await makeAll(api);
  const socket = await openWatch(t, api, "");
  await unsentAtRest(api);
  socket.resetAndDestroy();
  while (api.connections() > 0) await setImmediate();
  await unsentAtRest(api);
  assert.deepEqual(told, []);
});
