import assert from "node:assert/strict";
import { test } from "node:test";
import type { WorkflowStatus } from "@neverland/api";
import { defaultLimits } from "../limits.ts";
import { foldReports } from "../reports/fold-reports.ts";
import { action, documentOf, foldInput, installer, neighbour, pending, report } from "../testing/examples.ts";
import { nextAction } from "./next-action.ts";

const served = (next: ReturnType<typeof nextAction>) =>
  "serve" in next ? `${next.key} ${next.serve.name}` : next.wait;

test("what the worker gets: task volumes first, sorted environment with the action's over the task's", () => {
  const status = pending(
    documentOf([installer, action("stream", { volumes: ["/run:/run:ro"], environment: { MODE: "action", A: "1" } })]),
  );
  const next = nextAction({ key: "default/install", status }, installer, defaultLimits);
  assert.ok("serve" in next);
  assert.deepEqual(next.serve.volumes, ["/dev:/dev", "/run:/run:ro"]);
  assert.deepEqual(next.serve.environment, ["A=1", "DISK=/dev/vda", "MODE=action"]);
  assert.equal(next.serve.workflowID, "default/install");
});

test("an action's volume takes the place of its task's with the same destination, however that is spelled", () => {
  const volumes = ["/run/fake-dev:/dev/:ro", "/run:/run"];
  const status = pending(documentOf([installer, action("stream", { volumes })]));
  const next = nextAction({ key: "default/install", status }, installer, defaultLimits);
  assert.deepEqual("serve" in next && next.serve.volumes, volumes);
});

test("an action without timeout is handed out with the default, never with 0", () => {
  const status = pending(documentOf([installer, action("stream", { timeoutSeconds: 0 })]));
  const next = nextAction({ key: "default/install", status }, installer, defaultLimits);
  assert.equal("serve" in next && next.serve.timeoutSeconds, 3600);
});

test("a worker's id matches in either case", () => {
  const status = pending(documentOf(["AA:BB:CC:00:00:01", action("stream")]));
  const next = nextAction({ key: "default/install", status }, "aa:bb:cc:00:00:01", defaultLimits);
  assert.equal(served(next), "default/install stream");
});

test("a worker's id matches in every spelling of its MAC, on either side", () => {
  for (const [named, asks] of [
    ["AA-BB-CC-00-00-01", "aa:bb:cc:00:00:01"],
    ["aabb.cc00.0001", "AA:BB:CC:00:00:01"],
    ["AABBCC000001", "aa-bb-cc-00-00-01"],
  ] as const) {
    const status = pending(documentOf([named, action("stream")]));
    assert.equal(served(nextAction({ key: "default/install", status }, asks, defaultLimits)), "default/install stream");
  }
});

test("an action that was started and not reported is served again", () => {
  const status = pending();
  const running = foldReports(status, foldInput([report(status, 0, "RUNNING", 0)], 1)).status;
  const next = nextAction({ key: "default/install", status: running }, installer, defaultLimits);
  assert.deepEqual("serve" in next && [next.serve.name, next.again], ["stream", true]);
});

test("a worker waits while its machine is prepared, while it is another's turn, and for what is not its own or over", () => {
  const preparing = { ...pending(), state: "PREPARING" } as const;
  const shared = pending(documentOf([installer, action("stream")], [neighbour, action("check")]));
  const failed = foldReports(pending(), foldInput([report(pending(), 0, "FAILED", 0)], 1)).status;
  const waits = (status: WorkflowStatus, agentID: string) =>
    served(nextAction({ key: "default/1", status }, agentID, defaultLimits));
  assert.equal(waits(preparing, installer), "preparing");
  assert.equal(waits(shared, neighbour), "other-agents-turn");
  assert.equal(waits(shared, "nobody"), "no-workflow");
  assert.equal(waits(failed, installer), "finished");
});
