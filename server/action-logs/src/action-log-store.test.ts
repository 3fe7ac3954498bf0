import assert from "node:assert/strict";
import { appendFile, mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { type ActionLogLimits, ActionLogStore } from "./action-log-store.ts";
import { temporaryFolder } from "./testing/log-bench.ts";

const time = "2026-05-01T12:00:00.000Z";
const uid = (digit: number) => `00000000-0000-4000-8000-00000000000${digit}`;
const line = (sequence: number, text = `line ${sequence}`) => ({ time, stream: "stdout" as const, sequence, text });
const id = { workflowUID: uid(1), actionID: "01ACTION" };
const pathIn = (dir: string, { workflowUID, actionID } = id) => join(dir, workflowUID, `${actionID}.jsonl`);

function open(t: TestContext, dir: string, limits: Partial<ActionLogLimits> = {}): ActionLogStore {
  const logs = new ActionLogStore(dir, systemClock, limits);
  t.after(() => logs.close());
  return logs;
}

async function texts(logs: ActionLogStore, of = id): Promise<string[]> {
  const parts = await Array.fromAsync(logs.read(of));
  return parts.flatMap(({ lines }) => lines.map(({ text }) => text));
}

/** Bytes that this process has asked the kernel to read so far, from files and anything else. */
async function bytesRead(): Promise<number> {
  const { readFile } = await import("node:fs/promises");
  return Number(/rchar: (\d+)/.exec(await readFile("/proc/self/io", "utf8"))?.[1]);
}

test("lines that are sent again after a reconnect are kept once, also by the next server", async (t) => {
  const dir = await temporaryFolder(t);
  const first = open(t, dir);
  assert.equal(await first.append(id, [line(1), line(2)]), 2);
  assert.equal(await first.append(id, [line(2), line(3)]), 1);
  const second = open(t, dir);
  assert.equal(await second.append(id, [line(3), line(4)]), 1);
  assert.deepEqual(await texts(second), ["line 1", "line 2", "line 3", "line 4"]);
});

test("half a line that a killed server left does not swallow the next one", async (t) => {
  const dir = await temporaryFolder(t);
  const first = open(t, dir);
  await first.append(id, [line(1)]);
  await first.close();
  await appendFile(pathIn(dir), '["2026-05-01T12:0');
  const logs = open(t, dir);
  await logs.append(id, [line(2)]);
  assert.deepEqual(await texts(logs), ["line 1", "line 2"]);
});

test("a batch costs what it is, however long the log: no byte of it is read again, and a full log takes none", async (t) => {
  const dir = await temporaryFolder(t);
  const logs = open(t, dir);
  const text = "progress: 123456789 bytes of 999999999 written to /dev/sda at 88 MB/s";
  let sequence = 0;
  const batch = () => Array.from({ length: 200 }, () => line(++sequence, text));
  await logs.append(id, batch());
  const beforeBytes = await bytesRead();
  for (let n = 1; n < 400; n += 1) assert.equal(await logs.append(id, batch()), 200);
  const readBytes = (await bytesRead()) - beforeBytes;
  t.diagnostic(`${readBytes} bytes read while 399 batches were added`);
  assert.ok(readBytes < 100_000, `${readBytes} bytes were read`);
  assert.ok((await stat(pathIn(dir))).size <= 4 * 1024 * 1024 + 200);
});

test("a long log is opened again by its end", async (t) => {
  const dir = await temporaryFolder(t);
  await mkdir(join(dir, uid(1)));
  const many = Array.from({ length: 30_000 }, (_, n) => JSON.stringify([time, "stdout", n + 1, "x".repeat(50)]));
  await writeFile(pathIn(dir), `${many.join("\n")}\n`);
  const logs = open(t, dir);
  const beforeBytes = await bytesRead();
  assert.equal(await logs.append(id, [line(30_000), line(30_001)]), 1);
  const readBytes = (await bytesRead()) - beforeBytes;
  assert.ok(readBytes < 200_000, `${readBytes} bytes were read of ${(await stat(pathIn(dir))).size}`);
});

test("a log without numbers is read once for what is wrong in it, and not again for each line that is added", async (t) => {
  const dir = await temporaryFolder(t);
  await mkdir(join(dir, uid(1)));
  const unnumbered = `${JSON.stringify([time, "stdout", 0, ""])}\n`;
  await writeFile(pathIn(dir), unnumbered.repeat(100_000));
  const logs = open(t, dir);
  const before = process.cpuUsage();
  assert.equal(await logs.append(id, [line(1)]), 1);
  const { user } = process.cpuUsage(before);
  assert.ok(user < 2_000_000, `it took ${user / 1000} ms`);
  const beforeBytes = await bytesRead();
  assert.equal(await logs.append(id, [line(2)]), 1);
  assert.ok((await bytesRead()) - beforeBytes < 100_000);
});

test("a log is bounded per action, says where it ends, and says it once, also by the next server", async (t) => {
  const dir = await temporaryFolder(t);
  const limits = { mostBytesPerAction: 200 };
  const first = open(t, dir, limits);
  await first.append(id, [line(1), line(2, "x".repeat(300)), line(3)]);
  assert.equal(await first.append(id, [line(4)]), 1);
  const second = open(t, dir, limits);
  await second.append(id, [line(5)]);
  assert.deepEqual(await texts(second), ["line 1", "what follows is not kept: the log of an action holds 200 bytes"]);
});

test("the logs of one workflow are bounded together", async (t) => {
  const logs = open(t, await temporaryFolder(t), { mostBytesPerWorkflow: 500 });
  for (const actionID of ["01A", "01B"]) await logs.append({ ...id, actionID }, [line(1, "x".repeat(150))]);
  const third = { ...id, actionID: "01C" };
  await logs.append(third, [line(1, "x".repeat(150))]);
  assert.deepEqual(await texts(logs, third), ["what follows is not kept: the log of a workflow holds 500 bytes"]);
});

test("one line with an enormous number does not silence those that follow", async (t) => {
  const logs = open(t, await temporaryFolder(t));
  await logs.append(id, [line(1)]);
  await logs.append(id, [line(Number.MAX_SAFE_INTEGER)]);
  assert.equal(await logs.append(id, [line(2), line(3)]), 2);
  assert.equal(await logs.append(id, [line(3), line(4)]), 1);
  const anew = "others are missing, or the worker counts anew";
  assert.deepEqual(await texts(logs), [
    "line 1",
    `line 9007199254740991 follows line 1 here: ${anew}`,
    "line 9007199254740991",
    `line 2 follows line 9007199254740991 here: ${anew}`,
    ...["line 2", "line 3", "line 4"],
  ]);
});

test("after a gap of twenty million lines a log goes on, and says so where the worker did not", async (t) => {
  const logs = open(t, await temporaryFolder(t));
  await logs.append(id, [line(1)]);
  assert.equal(await logs.append(id, [line(20_000_000), line(20_000_001)]), 2);
  assert.equal(await logs.append(id, [line(20_000_001), line(40_000_000)], 20_000_000), 1);
  const said = "line 20000000 follows line 1 here: others are missing, or the worker counts anew";
  assert.deepEqual(await texts(logs), ["line 1", said, "line 20000000", "line 20000001", "line 40000000"]);
});

test("more logs than may be open are written at once", async (t) => {
  const logs = open(t, await temporaryFolder(t), { mostOpen: 4 });
  const ids = Array.from({ length: 50 }, (_, n) => ({ ...id, actionID: `01ACTION${n}` }));
  for (const sequence of [1, 2, 3]) await Promise.all(ids.map((each) => logs.append(each, [line(sequence)])));
  for (const each of ids) assert.deepEqual(await texts(logs, each), ["line 1", "line 2", "line 3"]);
});

test("a worker is told to come again when lines are not on the disk in time, and finds them known then", async (t) => {
  let isSlow = true;
  const after = (delayMs: number, callback: () => void) => {
    if (!isSlow) return systemClock.after(delayMs, callback);
    queueMicrotask(callback); // before any disk can answer
    return () => undefined;
  };
  const logs = new ActionLogStore(await temporaryFolder(t), { ...systemClock, after });
  t.after(() => logs.close());
  await assert.rejects(logs.append(id, [line(1)]), { code: "unavailable" });
  isSlow = false;
  assert.equal(await logs.append(id, [line(1)]), 0);
});

test("no more bytes than agreed wait for the disk", async (t) => {
  const logs = open(t, await temporaryFolder(t), { mostWaitingBytes: 250 });
  const first = logs.append(id, [line(1, "x".repeat(60))]);
  await assert.rejects(logs.append(id, [line(2, "x".repeat(60))]), { code: "unavailable" });
  await first;
  assert.equal(await logs.append(id, [line(2, "x".repeat(60))]), 1);
});

test("an empty line takes room, too, while it waits", async (t) => {
  const logs = open(t, await temporaryFolder(t));
  const empty = Array.from({ length: 10_000 }, (_, at) => line(at + 1, ""));
  const sent = await Promise.allSettled(Array.from({ length: 60 }, () => logs.append(id, empty)));
  const taken = sent.filter(({ status }) => status === "fulfilled").length;
  assert.ok(taken > 0 && taken < 50, `${taken} of 60`);
});
