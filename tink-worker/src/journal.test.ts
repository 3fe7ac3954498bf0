// The journal across lives of the worker.

import assert from "node:assert/strict";
import fs, { mkdtempSync, readdirSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Journal } from "./journal.ts";
import type { Outcome } from "./outcome.ts";
import { anAction } from "./testing/an-action.ts";

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "journal-test-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

const outcome: Outcome = { state: "SUCCESS", startMs: 1, stopMs: 2, message: "done" };

test("the action in flight is there after a restart", (t) => {
  const path = directory(t);
  const action = anAction();
  Journal.open(path).record({ phase: "finished", action, outcome });
  assert.deepEqual(Journal.open(path).inFlight, { phase: "finished", action, outcome });
});

test("a settled action is known by its three ids, and no longer in flight", (t) => {
  const path = directory(t);
  const journal = Journal.open(path);
  journal.record({ phase: "finished", action: anAction(), outcome });
  journal.settle({ action: anAction(), outcome });
  const reopened = Journal.open(path);
  assert.equal(reopened.inFlight, undefined);
  assert.deepEqual(reopened.completed(anAction({ name: "another name" })), outcome);
  assert.equal(reopened.completed(anAction({ taskId: "another" })), undefined);
});

test("only the last 64 are kept", (t) => {
  const path = directory(t);
  const journal = Journal.open(path);
  for (let i = 0; i < 65; i++) journal.settle({ action: anAction({ actionId: `a${i}` }), outcome });
  assert.equal(journal.completed(anAction({ actionId: "a0" })), undefined);
  assert.deepEqual(journal.completed(anAction({ actionId: "a1" })), outcome);
});

test("a damaged journal stops the worker and is kept", (t) => {
  const path = directory(t);
  writeFileSync(join(path, "journal.json"), '{"version":1,"comp');
  assert.throws(() => Journal.open(path), { code: "state", message: /does not start without it/ });
  assert.deepEqual(readdirSync(path), ["journal.json"]);
});

test("nobody else may read it, since environments hold secrets", (t) => {
  const path = directory(t);
  Journal.open(path).settle();
  assert.equal(statSync(join(path, "journal.json")).mode & 0o777, 0o600);
});

test("a change is flushed, then its new name is", (t) => {
  const path = directory(t);
  const journal = Journal.open(path);
  const calls: string[] = [];
  const { fsyncSync, renameSync } = fs;
  t.mock.method(fs, "fsyncSync", (handle: number) => {
    calls.push(`flush ${readlinkSync(`/proc/self/fd/${handle}`)}`);
    fsyncSync(handle);
  });
  t.mock.method(fs, "renameSync", (from: string, to: string) => {
    calls.push(`rename to ${to}`);
    renameSync(from, to);
  });
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  journal.settle();
  const file = join(path, "journal.json");
  assert.deepEqual(calls, [`flush ${file}.new`, `rename to ${file}`, `flush ${path}`]);
});
