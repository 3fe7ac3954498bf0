import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { beforeEach, test } from "node:test";
import { apiVersionOf, kinds, type Resource } from "@neverland/api";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { StoreError } from "../resource-store.ts";
import { ScriptedBackend } from "../testing/scripted-backend.ts";
import { defaultStoreLimits, StoreEngine } from "./store-engine.ts";
import { StoreState } from "./store-state.ts";

const { Template } = kinds;
const timeout = 10_000;
let disk: ScriptedBackend;
let clock: ManualClock;
let store: StoreEngine;
beforeEach(() => {
  disk = new ScriptedBackend();
  clock = new ManualClock(Date.parse("2026-01-01T00:00:00Z"));
  const deps = { clock, newUid: () => crypto.randomUUID() };
  store = new StoreEngine(new StoreState(), disk, deps, defaultStoreLimits);
});

const template = (name: string, data = "") => ({
  apiVersion: apiVersionOf(Template),
  kind: "Template",
  metadata: { name, namespace: "default" },
  spec: { data },
});
const key = (name: string) => ({ namespace: "default", name });
const full = new StoreError("unavailable", "The disk is full, and nothing was written: free some space.");

test("what is not yet durable is neither read nor listed nor watched, and reads go on meanwhile", {
  timeout,
}, async () => {
  const old = await store.create(Template, template("old"));
  const stop = new AbortController();
  const seen: string[] = [];
  const watching = (async () => {
    for await (const event of store.watch(Template, { signal: stop.signal }))
      if (event.type !== "bookmark") seen.push(event.object.metadata.name);
  })();
  disk.isSlow = true;
  const writing = store.create(Template, template("new"));
  await disk.arrived();
  assert.equal(await store.get(Template, key("new")), undefined);
  assert.deepEqual((await store.list(Template)).items, [old]);
  assert.equal((await store.list(Template)).resourceVersion, old.metadata.resourceVersion);
  assert.deepEqual(seen, []);
  disk.release();
  const made = await writing;
  assert.equal(await store.get(Template, key("new")), made);
  stop.abort();
  await watching;
  assert.deepEqual(seen, ["new"]);
});

test("when a transaction fails, all of it is refused, none of it shows, and its versions are free again", {
  timeout,
}, async () => {
  disk.isSlow = true;
  const writes = ["a", "b"].map((name) => store.create(Template, template(name)));
  await disk.arrived();
  disk.fail(full);
  const results = await Promise.allSettled(writes);
  assert.deepEqual(
    results.map((result) => result.status === "rejected" && result.reason),
    [full, full],
  );
  assert.deepEqual((await store.list(Template)).items, []);
  disk.isSlow = false;
  const made = await store.create(Template, template("a"));
  assert.equal(made.metadata.resourceVersion, "1");
});

test("a refusal that rests on a write that then failed is not given", { timeout }, async () => {
  disk.isSlow = true;
  const [first, second] = [1, 2].map(() => store.create(Template, template("a")));
  await disk.arrived();
  disk.fail(full);
  await assert.rejects(first ?? assert.fail(), { code: "unavailable" });
  await assert.rejects(second ?? assert.fail(), { code: "unavailable" });
});

test("a later write of the same object is decided on what the earlier one came to", { timeout }, async () => {
  const made = await store.create(Template, template("a", "one"));
  disk.isSlow = true;
  const lost = store.update(Template, { ...made, spec: { data: "two" } });
  await disk.arrived();
  const late = store.update(Template, { ...made, spec: { data: "three" } });
  disk.fail(full);
  await assert.rejects(lost, { code: "unavailable" });
  await disk.arrived();
  disk.release();
  assert.deepEqual((await late).spec, { data: "three" });
  const conflicting = store.update(Template, { ...made, spec: { data: "four" } });
  await assert.rejects(conflicting, { code: "conflict" });
});

test("a disk that does not answer is given up with a sentence, and taken up when it answers", { timeout }, async () => {
  disk.isSlow = true;
  const underWay = store.create(Template, template("a"));
  await disk.arrived();
  const behind = store.create(Template, template("b"));
  clock.advance(defaultStoreLimits.commitTimeoutMs);
  await assert.rejects(underWay, { code: "unavailable", message: /has not answered for 30 s.*not known yet/ });
  await assert.rejects(behind, { code: "unavailable", message: /has not answered .* Nothing of this was written/ });
  await assert.rejects(store.create(Template, template("c")), {
    code: "unavailable",
    isPassing: false,
    message: /not answered/,
  });
  assert.deepEqual((await store.list(Template)).items, []);
  disk.release();
  disk.isSlow = false;
  const d = await eventually(() => store.create(Template, template("d")));
  assert.equal(d.metadata.resourceVersion, "2");
  assert.deepEqual(
    (await store.list(Template)).items.map(({ metadata }) => metadata.name),
    ["a", "d"],
  );
});

test("close during a flush waits for it, makes durable what waits, and takes nothing more", { timeout }, async () => {
  disk.isSlow = true;
  const first = store.create(Template, template("a"));
  await disk.arrived();
  const second = store.create(Template, template("b"));
  const closing = store.close();
  const again = store.close();
  await assert.rejects(store.create(Template, template("c")), {
    code: "unavailable",
    isPassing: true,
    message: /closed/,
  });
  disk.release();
  await disk.arrived();
  assert.equal(disk.closed, 0);
  disk.release();
  await Promise.all([first, second, closing, again]);
  assert.equal(disk.closed, 1);
  assert.deepEqual(
    disk.committed.map((change) => change.key.name),
    ["a", "b"],
  );
});

test("close does not wait for a disk that hangs", { timeout }, async () => {
  disk.isSlow = true;
  const write = store.create(Template, template("a"));
  await disk.arrived();
  const closing = store.close();
  clock.advance(defaultStoreLimits.commitTimeoutMs);
  await assert.rejects(write, { code: "unavailable" });
  await closing;
});

test("close does not wait for a disk that hangs after it answered once more", { timeout }, async () => {
  disk.isSlow = true;
  const first = store.create(Template, template("a"));
  await disk.arrived();
  const second = store.create(Template, template("b"));
  const closing = store.close();
  disk.release();
  await first;
  await disk.arrived();
  clock.advance(defaultStoreLimits.commitTimeoutMs);
  await assert.rejects(second, { code: "unavailable" });
  await closing;
});

test("writes that wait are bounded", { timeout: 60_000 }, async () => {
  disk.isSlow = true;
  const writes = Array.from({ length: 20_001 }, (_, at) => store.create(Template, template(`t${at}`)));
  await assert.rejects(writes.at(-1) ?? assert.fail(), {
    ...{ code: "unavailable", isPassing: true },
    message: /20000 writes of \d+ MiB in all wait for the disk/,
  });
  await disk.arrived();
  disk.isSlow = false;
  disk.release();
  const first = await Promise.all(writes.slice(0, 20_000));
  assert.equal(new Set(first.map(versionOf)).size, 20_000);
});

const versionOf = ({ metadata }: Resource) => metadata.resourceVersion;

/** What `work` comes to once the store takes writes again. */
async function eventually<T>(work: () => Promise<T>): Promise<T> {
  for (let turn = 0; turn < 1000; turn++) {
    try {
      return await work();
    } catch {
      await new Promise(setImmediate);
    }
  }
  return await work();
}

const mebibyte = "x".repeat(2 ** 20);
const many = (count: number) => Array.from({ length: count }, (_, at) => at);

for (const [what, specOf] of [
  ["texts", (name: string) => ({ data: `${name}${mebibyte}` })],
  ["names of fields", (name: string) => ({ [`${name}${mebibyte}`]: 1 })],
] as const)
  test(`writes that hold too many ${what} while they wait are refused with a sentence, and taken again once there is room`, {
    timeout,
  }, async () => {
    const write = (name: string) => store.create(Template, { ...template(name), spec: specOf(name) });
    disk.isSlow = true;
    const underWay = store.create(Template, template("first"));
    await disk.arrived();
    const waiting = many(60).map((at) => write(`large-${at}`));
    const refused = many(10).map((at) => write(`late-${at}`));
    disk.isSlow = false;
    disk.release();
    const ends = await Promise.allSettled(refused); // they were refused or taken when they were asked for
    const messages = ends.flatMap((end) => (end.status === "rejected" ? [String(end.reason)] : []));
    assert.ok(messages.length >= 6); // 64 MiB are the bound
    assert.match(messages[0] ?? "", /6\d writes of 6\d MiB in all wait for the disk.*try again later/);
    await Promise.all([underWay, ...waiting]);
    // Two at once: one alone waits for nobody, so it is always taken.
    await Promise.all(many(2).map((at) => write(`after-${at}`)));
  });

test("what a write leaves of a stored object is held once, however many writes of it wait", { timeout }, async () => {
  const { status: _, ...made } = await store.create(Template, template("large", mebibyte));
  const metadata = key("large");
  disk.isSlow = true;
  const underWay = store.create(Template, template("first"));
  await disk.arrived();
  const waiting = many(100).map((at) =>
    store.updateStatus(Template, { ...made, metadata, status: { at } } as Resource),
  );
  disk.isSlow = false;
  disk.release();
  await Promise.all([underWay, ...waiting]);
  assert.deepEqual((await store.get(Template, metadata))?.status, { at: 99 });
});

test("a store is closed when those who wrote have been told, however many they are", { timeout }, async () => {
  let told = 0;
  /** What a writer does with its answer, for longer than a slice of all who are told. */
  const work = () => {
    const endMs = performance.now() + 1;
    while (performance.now() < endMs);
    told += 1;
  };
  const writes = many(100).map((at) => store.create(Template, template(`t${at}`)).then(work));
  await store.close();
  assert.equal(told, 100);
  await Promise.all(writes);
});

test("watches that end leave nothing on the signal that they share with others", { timeout }, async () => {
  const { signal } = new AbortController();
  const watches = many(3).map(() => store.watch(Template, { signal })[Symbol.asyncIterator]());
  const first = Promise.all(watches.map((watch) => watch.next()));
  await store.create(Template, template("a"));
  await first;
  assert.equal(getEventListeners(signal, "abort").length, 3);
  for (const watch of watches) await watch.return?.();
  assert.equal(getEventListeners(signal, "abort").length, 0);
});
