// Who decides over a container, worker or supervisor: never both, never nobody.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { claimForWorker, processIdentity, supervisorState } from "./supervisor.ts";

function bundle(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "supervisor-test-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

test("a process is told from a later one with its number by its start time", () => {
  const line =
    "4242 (a) b (c) S 1 4242 4242 0 -1 4194560 80 0 0 0 0 0 0 0 20 0 1 0 987654 2600960 200 18446744073709551615\n";
  assert.deepEqual(processIdentity(line), { pid: 4242, state: "S", startTicks: "987654" });
});

test("a container that never came to be is the worker's", (t) => {
  assert.equal(claimForWorker(join(bundle(t), "missing")), true);
  const made = bundle(t);
  assert.equal(claimForWorker(made), true);
  assert.equal(claimForWorker(made), true);
});

test("a container claimed by a supervisor is not the worker's any more", (t) => {
  const path = bundle(t);
  writeFileSync(join(path, "claim"), "4194304 (sh) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 1 0 0 0\n");
  assert.equal(claimForWorker(path), false);
  assert.deepEqual(supervisorState(path), { state: "gone" });
});

test("an exit code counts although the supervisor is gone", (t) => {
  const path = bundle(t);
  writeFileSync(join(path, "exit"), "3\n");
  assert.equal(supervisorState(path).state, "exited");
});
