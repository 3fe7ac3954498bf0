import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { kinds, ResourceClient } from "@neverland/api";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { routedStore } from "@neverland/store/routed-store.ts";
import { openSqliteStore } from "@neverland/store/sqlite-store.ts";
import { type ApiServer, startApiServer, templateNamed, templatesPath } from "../testing/api-server.ts";

// The shape of events is what these tests assert.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Line = { type: string; object: any };

let api: ApiServer;
let stop: AbortController;
beforeEach(async () => {
  stop = new AbortController();
  const deps = { clock: systemClock, newUid: () => crypto.randomUUID() };
  api = await startApiServer({
    store: openMemoryStore(deps, { historyBytes: 50_000, bookmarkMs: 30 }),
    limits: { watches: 2 },
  });
});
afterEach(async () => {
  stop.abort();
  await api.close();
  await api.store.close();
});

const make = (name: string, data = "x") => api.request("POST", templatesPath, { body: templateNamed(name, data) });

async function openWatch(query: string, headers: Record<string, string> = {}): Promise<Response> {
  const url = `${api.url}${templatesPath}?watch=true&${query}`;
  return await fetch(url, { headers: { authorization: `Bearer ${api.token}`, ...headers }, signal: stop.signal });
}

/** The first lines of a watch; all of them when it ends before. */
async function take(response: Response, count: number): Promise<Line[]> {
  const decoder = new TextDecoder();
  const lines: Line[] = [];
  let rest = "";
  for await (const chunk of response.body ?? []) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts.map((part): Line => JSON.parse(part)));
    if (lines.length >= count) break;
  }
  return lines.slice(0, count);
}

const brief = (lines: Line[]) => lines.map(({ type, object }) => `${type} ${object.metadata?.name ?? object.code}`);

test("a watch without a version begins with all there is", { timeout: 10_000 }, async () => {
  await make("a");
  const watching = take(await openWatch(""), 2);
  await make("b");
  assert.deepEqual(brief(await watching), ["ADDED a", "ADDED b"]);
});

test("a watch from a version says what came after it, deletes too", { timeout: 10_000 }, async () => {
  const { body } = await make("a");
  const response = await openWatch(`resourceVersion=${body.metadata.resourceVersion}`);
  await make("b");
  await api.request("DELETE", `${templatesPath}/a`);
  assert.deepEqual(brief(await take(response, 2)), ["ADDED b", "DELETED a"]);
});

test("a page of a state that is forgotten is 410 with the token that goes on in what there is now", {
  timeout: 60_000,
}, async () => {
  for (let round = 0; round < 2; round++)
    await Promise.all(Array.from({ length: 300 }, (_, i) => make(`f${round}-${i}`)));
  const page = (token: string) => api.request("GET", `${templatesPath}?limit=1&continue=${token}`);
  const forgotten = await page(Buffer.from('[2,"default","f0-0"]').toString("base64url"));
  assert.deepEqual([forgotten.status, forgotten.body.reason], [410, "Expired"]);
  const onward = await page(forgotten.body.metadata.continue);
  assert.deepEqual([onward.body.items[0].metadata.name, onward.body.metadata.remainingItemCount], ["f0-1", 598]);
});

test("a version that is forgotten ends in an ERROR event with 410", { timeout: 60_000 }, async () => {
  for (let round = 0; round < 2; round++)
    await Promise.all(Array.from({ length: 300 }, (_, i) => make(`f${round}-${i}`)));
  const lines = await take(await openWatch("resourceVersion=1"), 5);
  assert.deepEqual(brief(lines), ["ERROR 410"]);
  assert.equal(lines[0]?.object.reason, "Expired");
});

test("bookmarks come when they are asked for", { timeout: 10_000 }, async () => {
  const { body } = await make("a");
  const [line] = await take(
    await openWatch(`resourceVersion=${body.metadata.resourceVersion}&allowWatchBookmarks=true`),
    1,
  );
  assert.deepEqual([line?.type, line?.object.metadata.resourceVersion], ["BOOKMARK", body.metadata.resourceVersion]);
});

test("the end of the initial events is marked", { timeout: 10_000 }, async () => {
  await make("a");
  const lines = await take(
    await openWatch("sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan"),
    2,
  );
  assert.deepEqual(lines[1]?.object.metadata.annotations, { "k8s.io/initial-events-end": "true" });
});

test("a watch ends after the time that its caller gave it", { timeout: 10_000 }, async () => {
  assert.deepEqual(await take(await openWatch("timeoutSeconds=1"), 1), []);
});

test("a watch can be of tables, whose first has the columns", { timeout: 10_000 }, async () => {
  await make("a");
  await make("b");
  const lines = await take(await openWatch("", { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" }), 2);
  assert.deepEqual(
    lines.map(({ object }) => [object.kind, object.columnDefinitions.length, object.rows[0].cells[0]]),
    [
      ["Table", 3, "a"],
      ["Table", 0, "b"],
    ],
  );
});

test("each table of a watch has the version to go on from, a bookmark's too", { timeout: 10_000 }, async () => {
  const { body } = await make("a");
  const accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
  const query = "sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan";
  const [row, bookmark] = await take(await openWatch(query, { accept }), 2);
  const { resourceVersion } = body.metadata;
  assert.deepEqual([row?.type, row?.object.metadata], ["ADDED", { resourceVersion }]);
  assert.deepEqual(
    [bookmark?.type, bookmark?.object.kind, bookmark?.object.metadata],
    ["BOOKMARK", "Table", { resourceVersion }],
  );
  // Where Kubernetes' own tables have it.
  assert.deepEqual(bookmark?.object.rows[0].object.metadata.annotations, { "k8s.io/initial-events-end": "true" });
});

test("a selector that cannot be read is a Status, not a stream", async () => {
  const response = await openWatch("fieldSelector=nonsense");
  assert.equal(response.status, 400);
  await response.body?.cancel();
});

test("watches are counted, and given back when they end", { timeout: 10_000 }, async () => {
  const [first, second] = await Promise.all([openWatch(""), openWatch("timeoutSeconds=1")]);
  const third = await openWatch("");
  assert.deepEqual([third.status, third.headers.get("retry-after")], [429, "5"]);
  await third.body?.cancel();
  await take(second ?? third, 1);
  const fourth = await openWatch("");
  assert.equal(fourth.status, 200);
  await Promise.all([first?.body?.cancel(), fourth.body?.cancel()]);
});

test("a watch that is refused costs no list, and one with a fault in its query takes nobody's", {
  timeout: 10_000,
}, async (t) => {
  const memory = openMemoryStore();
  let lists = 0;
  const list: typeof memory.list = async (kind, options) => {
    if (kind === kinds.Template) lists += 1;
    return await memory.list(kind, options);
  };
  const server = await startApiServer({ store: { ...routedStore(memory, new Map()), list }, limits: { watches: 2 } });
  t.after(async () => {
    stop.abort();
    await server.close();
    await memory.close();
  });
  const open = async (query: string, program = "one") =>
    await fetch(`${server.url}${templatesPath}?watch=true&${query}`, {
      headers: { authorization: `Bearer ${server.token}`, "user-agent": program },
      signal: stop.signal,
    });
  const taken = [await open(""), await open("")];
  assert.deepEqual([taken.map(({ status }) => status), lists], [[200, 200], 2]);
  const ended = taken.map((each) => each.text().catch(() => "hung up"));
  assert.deepEqual([(await open("")).status, lists], [429, 2]);
  for (const fault of ["labelSelector=a!!", "timeoutSeconds=x", "resourceVersion=x", "includeObject=x"])
    assert.deepEqual([(await open(fault, "another")).status, lists], [400, 2], fault);
  // Neither was ended for those.
  stop.abort();
  assert.deepEqual(await Promise.all(ended), ["hung up", "hung up"]);
});

test("a program that has all watches loses its oldest to another, which ends as one whose time is over", {
  timeout: 10_000,
}, async () => {
  const [first, second] = [await openWatch(""), await openWatch("")];
  const other = await openWatch("", { "user-agent": "another program" });
  assert.deepEqual([other.status, await first.text()], [200, ""]);
  await make("a");
  assert.deepEqual(brief(await take(second, 1)), ["ADDED a"]);
  await other.body?.cancel();
});

test("closing the server ends its watches", { timeout: 10_000 }, async (t) => {
  const other = await startApiServer();
  t.after(() => other.close());
  const url = `${other.url}${templatesPath}?watch=true`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${other.token}` } });
  const ended = response.text();
  await other.close();
  assert.equal(await ended, "");
});

test("the client's watch goes on over a restart of the server and misses nothing", { timeout: 20_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "watch-restart-"));
  const file = join(folder, "store.db");
  let store = await openSqliteStore(file);
  let server = await startApiServer({ store });
  t.after(async () => {
    stop.abort();
    await server.close();
    await store.close();
    await rm(folder, { recursive: true });
  });
  const port = Number(new URL(server.url).port);
  const client = new ResourceClient(kinds.Template, { server: server.url, token: server.token });
  const events = client.watch({ namespace: "default", signal: stop.signal });
  const next = async () => (await events.next()).value;
  assert.equal((await next())?.type, "synced");
  await client.create({ metadata: { name: "before" }, spec: { data: "1" } });
  const first = await next();
  await server.close();
  await store.close();
  store = await openSqliteStore(file);
  const between = templateNamed("between", "2", { namespace: "default" });
  await store.create(kinds.Template, { ...between, metadata: { name: "between", namespace: "default" } });
  server = await startApiServer({ store, port });
  await client.create({ metadata: { name: "after" }, spec: { data: "3" } });
  const seen = [first, await next(), await next()].flatMap((event) =>
    event?.type === "added" ? [event.object.metadata.name] : [],
  );
  assert.deepEqual(seen, ["before", "between", "after"]);
});

/** A watch on a connection of its own, as it comes over the wire. */
function openWire(version: "1.0" | "1.1", query: string) {
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  let text = "";
  socket.on("data", (part) => {
    text += part;
  });
  const head = [`GET ${templatesPath}?watch=true&${query} HTTP/${version}`, `host: ${hostname}`];
  socket.write([...head, `authorization: Bearer ${api.token}`, "", ""].join("\r\n"));
  const until = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(text)) await once(socket, "data", { signal: AbortSignal.timeout(5_000) });
  };
  return { socket, until, text: () => text };
}

test("what happens while a watch is told of what there is comes after that", { timeout: 20_000 }, async (t) => {
  const memory = openMemoryStore();
  const add = async (name: string) =>
    await memory.create(kinds.Template, { ...templateNamed(name), metadata: { name, namespace: "default" } });
  await add("a");
  let isFirst = true;
  const list: typeof memory.list = async (kind, options) => {
    const found = await memory.list(kind, options);
    if (isFirst && kind === kinds.Template) await add("b");
    isFirst &&= kind !== kinds.Template;
    return found;
  };
  const server = await startApiServer({ store: { ...routedStore(memory, new Map()), list } });
  t.after(async () => {
    await server.close();
    await memory.close();
  });
  const query = "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
  const url = `${server.url}${templatesPath}?${query}`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${server.token}` }, signal: stop.signal });
  const told = (await take(response, 3)).map(({ type, object }) => `${type} ${object.metadata.name}`);
  assert.deepEqual(told, ["ADDED a", "BOOKMARK undefined", "ADDED b"]);
});

test("an event comes as a chunk of its own, whole, which clients that read by blocks do not wait with", {
  timeout: 10_000,
}, async () => {
  const { socket, until, text } = openWire("1.1", "resourceVersion=0&timeoutSeconds=1");
  await until(/\r\n\r\n/);
  assert.match(text(), /^transfer-encoding: chunked\r$/im);
  await make("a");
  await until(/"name":"a"[^\n]*\n\r\n/);
  const body = text().slice(text().indexOf("\r\n\r\n") + 4);
  const [size = "", ...rest] = body.split("\r\n");
  const line = rest.join("\r\n").slice(0, -2);
  assert.equal(Number.parseInt(size, 16), Buffer.byteLength(line));
  assert.equal(JSON.parse(line).type, "ADDED");
  await until(/\r\n0\r\n\r\n$/); // a clean end
  socket.destroy();
});

test("a client of HTTP/1.0 is told lines without chunks around them", { timeout: 10_000 }, async () => {
  const { socket, until, text } = openWire("1.0", "resourceVersion=0");
  await until(/\r\n\r\n/);
  await make("a");
  await until(/\n$/);
  await until(/"name":"a"/);
  const lines = text()
    .slice(text().indexOf("\r\n\r\n") + 4)
    .trimEnd()
    .split("\n");
  assert.deepEqual(brief(lines.map((line) => JSON.parse(line))), ["ADDED a"]);
  socket.destroy();
});
