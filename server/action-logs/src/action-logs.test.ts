import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { Readable } from "node:stream";
import { test } from "node:test";
import { Code, ConnectError } from "@connectrpc/connect";
import { Stream } from "@neverland/api/action-log";
import { installer } from "@neverland/workflow-rules/testing/examples.ts";
import { startLogBench } from "./testing/log-bench.ts";

const withCode = (code: Code) => (error: unknown) => ConnectError.from(error).code === code;

test("what workers send is read back by workflow, by action, and from the end", async (t) => {
  const { bench, read, send } = await startLogBench(t);
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
  assert.deepEqual(await read({ tailLines: 4 }), ["stream 2\n", "==> write <==\n", "write 1\n", "write 2\n"]);
});

test("following shows lines as they come and ends with the workflow", async (t) => {
  const { bench, read, send } = await startLogBench(t);
  const worker = bench.worker();
  const first = await worker.ask();
  await send(first, 1, 1);
  const following = read({ follow: true });
  await send(first, 2, 3);
  await worker.report(first, "FAILED", "exit code 1");
  assert.deepEqual(await following, ["==> stream <==\n", "stream 1\n", "stream 2\n", "stream 3\n"]);
});

test("lines for another worker's action, and from another machine, are refused", async (t) => {
  const { bench, send, refused } = await startLogBench(t);
  const action = await bench.worker().ask();
  await assert.rejects(send(action, 1, 1, "someone"), withCode(Code.NotFound));
  refused.message = "another machine's address";
  await assert.rejects(send(action, 1, 1), withCode(Code.PermissionDenied));
});

test("lines that a worker had to drop are said once, where they are missing", async (t) => {
  const { bench, client, read } = await startLogBench(t);
  const { workflowId, taskId, actionId } = await bench.worker().ask();
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

test("a message of half a million empty lines is refused for good, and the next one is taken", async (t) => {
  const { bench, client, send } = await startLogBench(t);
  const action = await bench.worker().ask();
  const { workflowId, taskId, actionId } = action;
  const lines = Array.from({ length: 400_000 }, () => ({}));
  const message = { workflowId, taskId, actionId, agentId: installer, lines };
  await assert.rejects(client.appendLogs(Readable.from([message])), withCode(Code.InvalidArgument));
  assert.equal((await send(action, 1, 1)).acceptedLines, 1n);
});

test("lines without a number are refused, and what no action reaches, of lines or of dropped ones, hides none that follow", async (t) => {
  const { bench, client, send } = await startLogBench(t);
  const action = await bench.worker().ask();
  const { workflowId, taskId, actionId } = action;
  const message = { workflowId, taskId, actionId, agentId: installer };
  const append = (sequence: bigint, droppedLines: bigint) =>
    client.appendLogs(Readable.from([{ ...message, lines: [{ text: "x", sequence }], droppedLines }]));
  await assert.rejects(append(0n, 0n), withCode(Code.InvalidArgument));
  await assert.rejects(append(2n ** 53n, 0n), withCode(Code.InvalidArgument));
  assert.equal((await append(100_000_001n, 2n ** 64n - 1n)).acceptedLines, 1n);
  assert.equal((await send(action, 1, 1)).acceptedLines, 1n);
});

test("what a deleted workflow printed can still be read, and its timeline says so", async (t) => {
  const { bench, read, send, key, events, told, errors } = await startLogBench(t);
  await send(await bench.worker().ask(), 1, 1);
  const { metadata } = (await bench.workflows.get(key)) ?? assert.fail();
  await bench.workflows.delete(key);
  await told;
  assert.deepEqual(await read({ follow: true }), ["==> stream <==\n", "stream 1\n"]);
  assert.deepEqual([events[0]?.type, events[0]?.workflow], ["WorkflowOutputKept", "default/install"]);
  assert.match(events[0]?.message ?? "", /^workflow install was deleted; .* until 20.*: tink logs workflow\/install$/);
  await bench.createWorkflow();
  assert.notEqual((await bench.workflows.get(key))?.metadata.uid, metadata.uid);
  assert.deepEqual(await read({}), []);
  assert.deepEqual(await read({ previous: true, action: "stream" }), ["stream 1\n"]);
  assert.deepEqual(errors, []);
});

test("a workflow that printed nothing leaves nothing behind", async (t) => {
  const { bench, key, dir, events, stop } = await startLogBench(t);
  await bench.workflows.delete(key);
  await stop();
  assert.deepEqual([await readdir(dir), events], [[], []]);
});
