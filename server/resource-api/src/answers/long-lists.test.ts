// Lists of very many objects, and very many watches of one: what they cost those who wait for something else.
import assert from "node:assert/strict";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { kinds, type Resource } from "@neverland/api";
import { Breather } from "@neverland/platform/wait/breather.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import type { FastifyReply } from "fastify";
import { type ApiServer, hardwareNamed, startApiServer } from "../testing/api-server.ts";
import { listPieces, objectValue } from "./answer-text.ts";
import { sendYaml } from "./send-json.ts";
import { takesGzip } from "./send-pieces.ts";
import { type Lines, SharedLines } from "./shared-lines.ts";

const count = 5000;
const path = "/apis/tinkerbell.org/v1alpha1/hardware";
const tableType = "application/json;as=Table;v=v1;g=meta.k8s.io";
let store: ResourceStore;
let api: ApiServer;
before(async () => {
  store = openMemoryStore();
  const made = Array.from({ length: count }, (_, at) => {
    const object = hardwareNamed(`m${String(at).padStart(5, "0")}`, "52:54:00:00:00:01", "10.0.0.1");
    return store.create(kinds.Hardware, { ...object, metadata: { ...object.metadata, namespace: "default" } });
  });
  await Promise.all(made);
  api = await startApiServer({ store });
});
after(async () => {
  await api.close();
  await store.close();
});

const read = async (query: string, headers: Record<string, string> = {}): Promise<Response> =>
  await fetch(`${api.url}${path}${query}`, { headers: { authorization: `Bearer ${api.token}`, ...headers } });

for (const accept of ["application/json", tableType])
  test(`a long list is whole, plain and compressed, as ${accept}`, async () => {
    const plain = await read("", { accept, "accept-encoding": "identity" });
    assert.equal(plain.headers.get("content-encoding"), null);
    const list = await plain.json();
    assert.equal((list.items ?? list.rows).length, count);
    const small = await read("", { accept, "accept-encoding": "gzip" });
    assert.equal(small.headers.get("content-encoding"), "gzip");
    const same = await small.json();
    assert.deepEqual(
      (same.items ?? same.rows).at(-1).object?.metadata,
      (list.items ?? list.rows).at(-1).object?.metadata,
    );
    assert.equal((same.items ?? same.rows).length, count);
  });

test("a short page is neither streamed nor compressed", async () => {
  const page = await read("?limit=10", { "accept-encoding": "gzip" });
  assert.deepEqual([page.headers.get("content-encoding"), page.headers.has("content-length")], [null, true]);
  assert.equal((await page.json()).metadata.remainingItemCount, count - 10);
});

test("a list is made in slices, with the event loop going on in between", async () => {
  const { items, resourceVersion } = await store.list(kinds.Hardware);
  const many: Resource[] = Array.from({ length: 20 }, () => items).flat();
  const shape = { kind: kinds.Hardware, form: "table v1", includeObject: "Metadata", nowMs: Date.now() } as const;
  const breather = new Breather();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let length = 0;
  delay.enable();
  for await (const piece of listPieces(shape, { items: many, resourceVersion }, breather)) length += piece.length;
  delay.disable();
  assert.ok(length > 20_000_000, `${length}`);
  assert.ok(breather.slices > 20, `${breather.slices} slices`);
  // The shortest: other programs may hold the cores for longer than any slice.
  assert.ok(delay.min < 20e6, `each wait was over ${delay.min / 1e6} ms`);
});

test("an object of ever so many members is made as YAML in slices, in a list and by itself", async () => {
  const labels = Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`label-${n}`, `of the machine ${n}`]));
  const { items, resourceVersion } = await store.list(kinds.Hardware, { limit: 1 });
  const [one] = items;
  assert.ok(one);
  const object = { ...one, metadata: { ...one.metadata, labels } };
  const shape = { kind: kinds.Hardware, form: "object", includeObject: "Metadata", nowMs: Date.now() } as const;
  const inList = new Breather();
  let list = "";
  const pieces = listPieces(shape, { items: [object], resourceVersion }, inList, undefined, "application/yaml");
  for await (const piece of pieces) list += piece;
  const alone = new Breather();
  const sent: string[] = [];
  const raw = { writeHead: () => undefined, end: (text: string) => void sent.push(text) };
  // All that it is asked for.
  await sendYaml({ raw, hijack: () => undefined } as unknown as FastifyReply, 200, objectValue(shape, object), alone);
  assert.ok(sent[0]?.includes('    label-99999: "of the machine 99999"\n'));
  assert.ok(list.includes('      label-99999: "of the machine 99999"\n'));
  assert.ok(inList.slices > 3 && alone.slices > 3, `${inList.slices} and ${alone.slices} slices`);
});

test("a caller that goes away ends the list", { timeout: 20_000 }, async () => {
  const stop = new AbortController();
  const response = await fetch(`${api.url}${path}`, {
    headers: { authorization: `Bearer ${api.token}`, "accept-encoding": "identity" },
    signal: stop.signal,
  });
  const reader = response.body?.getReader();
  await reader?.read();
  stop.abort();
  await assert.rejects(async () => {
    for (;;) if ((await reader?.read())?.done) return;
  });
  assert.equal((await read("?limit=1")).status, 200);
});

test("of many watches in one form the line is made once for a change", { timeout: 20_000 }, async () => {
  const lines = new SharedLines();
  const event = { type: "modified" };
  let made = 0;
  const make = () => `line ${++made}`;
  const sent = Array.from({ length: 500 }, () => lines.after(undefined, event, "object", make).bytes);
  assert.deepEqual([made, lines.made, new Set(sent).size], [1, 1, 1]);
  lines.after(undefined, event, "partial", make);
  assert.equal(made, 2);
  await new Promise((resolve) => setImmediate(resolve));
  lines.after(undefined, event, "object", make);
  assert.equal(made, 3); // kept no longer than it was of use
});

test("of a burst each watch is sent what it is told as one, and those who are told the same the same bytes", () => {
  const lines = new SharedLines();
  const [a, b, c] = [{}, {}, {}];
  const told = (...events: { object: object; text: string }[]) =>
    events.reduce<Lines | undefined>((all, { object, text }) => lines.after(all, object, text, () => text), undefined);
  const [first, second, last] = [
    { object: a, text: "a" },
    { object: b, text: "b" },
    { object: c, text: "c" },
  ] as const;
  const whole = told(first, second, last);
  assert.equal(told(first, second, last)?.bytes, whole?.bytes);
  // Who sees less of it has the same first and last lines.
  assert.deepEqual(
    [whole, told(first, last), told(last)].map((each) => each?.bytes.toString()),
    ["abc", "ac", "c"],
  );
  assert.equal(lines.made, 3);
});

test("gzip is for who asks for it", () => {
  const asked = ["gzip", "deflate, gzip;q=0.5", "*", "br", "gzip;q=0", "identity, *;q=0", ""];
  assert.deepEqual(asked.map(takesGzip), [true, true, true, false, false, false, false]);
});

test("compressed text is a gzip that others can read", async () => {
  const { request } = await import("node:http");
  const url = new URL(`${api.url}${path}`);
  const body = await new Promise<Buffer>((resolve, reject) => {
    const headers = { authorization: `Bearer ${api.token}`, "accept-encoding": "gzip" };
    request(url, { headers, timeout: 10_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk) => chunks.push(chunk)).on("end", () => resolve(Buffer.concat(chunks)));
    })
      .on("error", reject)
      .end();
  });
  assert.equal(JSON.parse(gunzipSync(body).toString()).items.length, count);
});
