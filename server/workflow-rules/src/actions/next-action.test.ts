import assert from "node:assert/strict";
import { test } from "node:test";
import type { WorkflowStatus } from "@neverland/api";
import { defaultLimits } from "../limits.ts";
import { foldReports } from "../reports/fold-reports.ts";
import { action, documentOf, foldInput, installer, neighbour, pending, report } from "../testing/examples.ts";
import { nextAction } from "./next-action.ts";

const candidate = (name: string, status: WorkflowStatus, createdAt = name) => ({
  key: `default/${name}`,
  createdAt,
  status,
});
const served = (next: ReturnType<typeof nextAction>) =>
  "serve" in next ? `${next.key} ${next.serve.name}` : next.wait;

test("what the worker gets: task volumes first, sorted environment with the action's over the task's", () => {
  const status = pending(
    documentOf([installer, action("stream", { volumes: ["/run:/run:ro"], environment: { MODE: "action", A: "1" } })]),
  );
  const next = nextAction([candidate("install", status)], installer, defaultLimits);
  assert.ok("serve" in next);
  assert.deepEqual(next.serve.volumes, ["/dev:/dev", "/run:/run:ro"]);
  assert.deepEqual(next.serve.environment, ["A=1", "DISK=/dev/vda", "MODE=action"]);
  assert.equal(next.serve.workflowID, "default/install");
});

test("an action without timeout is handed out with the default, never with 0", () => {
  const status = pending(documentOf([installer, action("stream", { timeoutSeconds: 0 })]));
  const next = nextAction([candidate("install", status)], installer, defaultLimits);
  assert.equal("serve" in next && next.serve.timeoutSeconds, 3600);
});

test("a worker's id matches in either case", () => {
  const next = nextAction(
    [candidate("install", pending(documentOf(["AA:BB:CC:00:00:01", action("stream")])))],
    "aa:bb:cc:00:00:01",
    defaultLimits,
  );
  assert.equal(served(next), "default/install stream");
});

test("an action that was started and not reported is served again", () => {
  const status = pending();
  const running = foldReports(status, foldInput([report(status, 0, "RUNNING", 0)], 1)).status;
  const next = nextAction([candidate("install", running)], installer, defaultLimits);
  assert.deepEqual("serve" in next && [next.serve.name, next.again], ["stream", true]);
});

test("a finished workflow does not hide a younger one", () => {
  const status = pending();
  const failed = foldReports(status, foldInput([report(status, 0, "FAILED", 0)], 1)).status;
  const next = nextAction([candidate("1-old", failed), candidate("2-new", pending())], installer, defaultLimits);
  assert.equal(served(next), "default/2-new stream");
});

test("of two waiting workflows the older is served, and the running one before both", () => {
  const status = pending();
  const running = foldReports(status, foldInput([report(status, 0, "RUNNING", 0)], 1)).status;
  const waiting = [candidate("2", pending()), candidate("1", pending())];
  assert.equal(served(nextAction(waiting, installer, defaultLimits)), "default/1 stream");
  assert.equal(served(nextAction([...waiting, candidate("3", running)], installer, defaultLimits)), "default/3 stream");
});

test("a worker waits while its machine is prepared, while it is another's turn, and without a workflow", () => {
  const preparing = { ...pending(), state: "PREPARING" } as const;
  const shared = pending(documentOf([installer, action("stream")], [neighbour, action("check")]));
  assert.equal(served(nextAction([candidate("1", preparing)], installer, defaultLimits)), "preparing");
  assert.equal(served(nextAction([candidate("1", shared)], neighbour, defaultLimits)), "other-agents-turn");
  assert.equal(served(nextAction([candidate("1", shared)], "nobody", defaultLimits)), "no-workflow");
});
