import assert from "node:assert/strict";
import { appendFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { ActionLogService, Stream } from "@neverland/api/action-log";
import type { ActionResponse } from "@neverland/api/workflow";
import { installer } from "@neverland/workflow-rules/testing/examples.ts";
import type { ActionLogQuery } from "./action-log-reader.ts";
import { ActionLogStore } from "./action-log-store.ts";
import { TinkBench } from "./testing/tink-bench.ts";

const now = () => "2026-05-01T12:00:00.000Z";
const line = (sequence: number, text = `line ${sequence}`) => ({
  time: now(),
  stream: "stdout" as const,
  sequence,
  text,
});
const id = { workflowUID: "uid-1", actionID: "01ACTION" };

async function folder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "action-log-"));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

async function texts(logs: ActionLogStore): Promise<string[]> {
  const parts = await Array.fromAsync(logs.read(id));
  return parts.flatMap(({ lines }) => lines.map(({ text }) => text));
}

test("lines that are sent again after a reconnect are kept once, also by the next server", async (t) => {
  const dir = await folder(t);
  const first = new ActionLogStore({ dir, now });
  assert.equal(await first.append(id, [line(1), line(2)]), 2);
  assert.equal(await first.append(id, [line(2), line(3)]), 1);
  const second = new ActionLogStore({ dir, now });
  assert.equal(await second.append(id, [line(3), line(4)]), 1);
  assert.deepEqual(await texts(second), ["line 1", "line 2", "line 3", "line 4"]);
});

test("half a line that a killed server left does not swallow the next one", async (t) => {
  const dir = await folder(t);
  const logs = new ActionLogStore({ dir, now });
  await logs.append(id, [line(1)]);
  await appendFile(join(dir, id.workflowUID, `${id.actionID}.jsonl`), '["2026-05-01T12:0');
  await logs.append(id, [line(2)]);
  assert.deepEqual(await texts(logs), ["line 1", "line 2"]);
});

test("a log is bounded, and says where it ends", async (t) => {
  const logs = new ActionLogStore({ dir: await folder(t), now, mostBytesPerAction: 200 });
  await logs.append(id, [line(1, "x".repeat(300))]);
  await logs.append(id, [line(2)]);
  assert.deepEqual((await texts(logs)).slice(1), ["what follows is not kept: the log of an action holds 200 bytes"]);
});

test("logs of workflows that are gone are deleted", async (t) => {
  const dir = await folder(t);
  const logs = new ActionLogStore({ dir, now });
  for (const workflowUID of ["a", "b", "c"]) await logs.append({ ...id, workflowUID }, [line(1)]);
  await logs.keepOnly(new Set(["b"]));
  assert.deepEqual(await readdir(dir), ["b"]);
});

async function setUp(t: TestContext) {
  const dir = await folder(t);
  const bench = new TinkBench({ waitMs: 100, logDir: dir });
  t.after(() => bench.stop());
  await bench.start();
  await bench.createWorkflow();
  const client = createClient(ActionLogService, bench.transport());
  const key = { namespace: "default", name: "install" };
  return {
    dir,
    bench,
    key,
    read: async (query: Partial<ActionLogQuery>) => {
      const lines = bench.server.actionLogs?.read(key, { signal: AbortSignal.timeout(10_000), ...query });
      return await Array.fromAsync(lines ?? []);
    },
    send: async (action: ActionResponse, from: number, to: number, agentId = installer) =>
      await client.appendLogs(messages(action, from, to, agentId)),
  };
}

async function* messages(action: ActionResponse, from: number, to: number, agentId: string) {
  const { workflowId, taskId, actionId } = action;
  for (let n = from; n <= to; n++) {
    const lines = [{ text: `${action.name} ${n}`, sequence: BigInt(n), stream: Stream.STDERR }];
    yield { workflowId, taskId, actionId, agentId, lines };
  }
}

test("what workers send is read back by workflow, by action, and from the end", async (t) => {
  const { bench, read, send } = await setUp(t);
  const worker = bench.worker();
  const first = await worker.run();
  assert.equal((await send(first, 1, 2)).acceptedLines, 2n);
  await send(await worker.ask(), 1, 2);
  assert.deepEqual(await read({}), [
    "==> stream <==\n",
    "stream 1\n",
    "stream 2\n",
    "==> write <==\n",
    "write 1\n",
    "write 2\n",
  ]);
  assert.deepEqual(await read({ action: "stream" }), ["stream 1\n", "stream 2\n"]);
  assert.deepEqual(await read({ tailLines: 1 }), ["write 2\n"]);
});

test("following shows lines as they come and ends with the workflow", async (t) => {
  const { bench, read, send } = await setUp(t);
  const worker = bench.worker();
  const first = await worker.ask();
  await send(first, 1, 1);
  const following = read({ follow: true });
  await send(first, 2, 3);
  await worker.report(first, "FAILED", "exit code 1");
  assert.deepEqual(await following, ["==> stream <==\n", "stream 1\n", "stream 2\n", "stream 3\n"]);
});

test("lines for another worker's action are refused", async (t) => {
  const { bench, send } = await setUp(t);
  const action = await bench.worker().ask();
  await assert.rejects(send(action, 1, 1, "someone"), (error) => ConnectError.from(error).code === Code.NotFound);
});

test("lines that a worker had to drop are said once, where they are missing", async (t) => {
  const { bench, read } = await setUp(t);
  const { workflowId, taskId, actionId } = await bench.worker().ask();
  const client = createClient(ActionLogService, bench.transport());
  for (const sequence of [1n, 5n]) {
    const lines = [{ text: `line ${sequence}`, sequence, stream: Stream.STDOUT }];
    const message = { workflowId, taskId, actionId, agentId: installer, lines, droppedLines: 3n };
    await client.appendLogs(Readable.from([message]));
  }
  assert.deepEqual(await read({ action: "stream" }), [
    "line 1\n",
    "3 lines are missing here: they came faster than the machine could send them\n",
    "line 5\n",
  ]);
});

test("the log goes with its workflow", async (t) => {
  const { bench, send, key, dir } = await setUp(t);
  await send(await bench.worker().ask(), 1, 1);
  assert.equal((await readdir(dir)).length, 1);
  await bench.workflows.delete(key);
  await bench
    .worker()
    .ask()
    .catch(() => undefined);
  await bench.stop();
  assert.deepEqual(await readdir(dir), []);
});
