// When a worker is told that its action is to stop, with its workflow and the clock in the test's hands.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Workflow, WorkflowStatus } from "@neverland/api";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { installer, pending } from "@neverland/workflow-rules/testing/examples.ts";
import { StopDesk } from "./stop-desk.ts";

const waitMs = 1000;
const running: WorkflowStatus = { ...pending(), state: "RUNNING" };
const turn = () =>
  new Promise<void>((resolve) => {
    setImmediate(resolve);
  });

class Rig {
  readonly clock = new ManualClock(0);
  readonly desk: StopDesk;
  looks = 0;
  status = running;

  constructor() {
    this.desk = new StopDesk({
      ...{ clock: this.clock, waitMs, turns: { next: turn }, gate: { refusal: () => undefined } },
      workflows: { get: async () => this.#look() },
    });
  }

  /** Of the first action. */
  ask(): Promise<string | undefined> {
    const actionID = running.tasks?.[0]?.actions[0]?.id ?? "";
    const caller = { address: "127.0.0.1", forwardedFor: undefined, onGone: () => () => {} };
    return this.desk.awaitStop({ workflow: "default/install", actionID, agentID: installer, caller });
  }

  async change(status: WorkflowStatus): Promise<void> {
    await turn();
    this.status = status;
    this.desk.wake(new Set([installer]));
    for (let turns = 0; turns < 4; turns += 1) await turn();
  }

  #look(): Workflow {
    this.looks += 1;
    const kind = { apiVersion: "tinkerbell.org/v1alpha1", kind: "Workflow" };
    const metadata = { namespace: "default", name: "install", uid: "u", resourceVersion: "1", generation: 1 };
    return { ...kind, metadata: { ...metadata, creationTimestamp: "" }, spec: {}, status: this.status };
  }
}

test("a change that ends nothing is looked at once, and waited on after", async () => {
  const rig = new Rig();
  const answer = rig.ask();
  await rig.change({ ...running, templateRendering: "successful" });
  assert.equal(rig.looks, 2);
  rig.clock.advance(waitMs);
  assert.equal(await answer, undefined);
  assert.equal(rig.looks, 2);
});

test("the wait is as long as it is to be, however often something changes", async () => {
  const rig = new Rig();
  const answer = rig.ask();
  for (const name of ["a", "b"]) {
    await turn();
    rig.clock.advance(waitMs / 2 - 1);
    await rig.change({ ...running, retryFrom: name });
  }
  rig.clock.advance(2);
  assert.equal(await answer, undefined);
});

test("an action whose workflow was given up, or begun again, is to stop", async () => {
  for (const [status, why] of [
    [{ ...running, state: "TIMEOUT" }, "the workflow is over"],
    [{ state: "", stateSince: "2026-05-01T12:00:00Z" }, "the workflow was deleted or begun again"],
  ] as const) {
    const rig = new Rig();
    const answer = rig.ask();
    await rig.change(status);
    assert.equal(await answer, why);
  }
});
