// Random reports in random order against what must hold whatever a worker does.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ActionReportSpec, actionStates, isFinalState, type WorkflowStatus } from "@neverland/api";
import fc from "fast-check";
import { stepsOf } from "../actions/actions-in-order.ts";
import { nextAction } from "../actions/next-action.ts";
import { defaultLimits } from "../limits.ts";
import { action, documentOf, foldInput, installer, neighbour, pending, report } from "../testing/examples.ts";
import { foldReports } from "./fold-reports.ts";

const example = pending(documentOf([installer, action("a"), action("b")], [neighbour, action("c"), action("reboot")]));

const anyReport = fc
  .record({
    index: fc.integer({ min: 0, max: 3 }),
    state: fc.constantFrom(...actionStates),
    afterMs: fc.integer({ min: 0, max: 5_000_000 }),
    more: fc.oneof(
      { weight: 8, arbitrary: fc.constant({}) },
      fc.constantFrom({ workflowUID: "other" }, { agentID: "nobody" }, { actionID: "gone" }, { taskID: "gone" }),
    ),
  })
  .map(({ index, state, afterMs, more }) => report(example, index, state, afterMs, more));

/** Rounds of reports with the time at which each round is folded. */
const rounds = fc.array(fc.tuple(fc.array(anyReport, { maxLength: 5 }), fc.integer({ min: 0, max: 400_000 })), {
  maxLength: 12,
});

/** Folds round after round, as the controller does, and hands each step to `check`. */
function play(
  turns: readonly (readonly [readonly ActionReportSpec[], number])[],
  check: (before: WorkflowStatus, after: WorkflowStatus, all: readonly ActionReportSpec[], nowMs: number) => void,
): WorkflowStatus {
  let status = example;
  let all: ActionReportSpec[] = [];
  let nowMs = 0;
  for (const [reports, waitMs] of turns) {
    nowMs += waitMs;
    all = [...all, ...reports];
    const next = foldReports(status, foldInput(all, nowMs)).status;
    check(status, next, all, nowMs);
    status = next;
  }
  return status;
}

test("a final state never changes, and neither does an action that ended", () => {
  fc.assert(
    fc.property(rounds, (turns) => {
      play(turns, (before, after) => {
        assert.deepEqual(isFinalState(before.state) ? after : before, before);
        const ended = stepsOf(before).filter(({ action: { state } }) => state !== "PENDING" && state !== "RUNNING");
        const same = stepsOf(after).filter(({ action: { id } }) => ended.some((step) => step.action.id === id));
        assert.deepEqual(
          same.map(({ action: { state } }) => state),
          ended.map(({ action: { state } }) => state),
        );
      });
    }),
  );
});

test("actions succeed in order: none was touched behind one that has not succeeded", () => {
  fc.assert(
    fc.property(rounds, (turns) => {
      play(turns, (_, after) => {
        const states = stepsOf(after).map(({ action: { state } }) => state);
        const first = states.findIndex((state) => state !== "SUCCESS");
        const behind = first === -1 ? [] : states.slice(first + 1);
        assert.deepEqual(new Set(behind), new Set(behind.map(() => "PENDING")));
      });
    }),
  );
});

test("no action is served after its success was reported", () => {
  fc.assert(
    fc.property(rounds, (turns) => {
      play(turns, (_, status) => {
        for (const agentID of [installer, neighbour]) {
          const next = nextAction({ key: "default/install", status }, agentID, defaultLimits);
          const served = "serve" in next ? next.serve.actionID : undefined;
          const step = stepsOf(status).find(({ action: { id } }) => id === served);
          assert.notEqual(step?.action.state, "SUCCESS");
        }
      });
    }),
  );
});

test("folding twice is folding once", () => {
  fc.assert(
    fc.property(rounds, (turns) => {
      play(turns, (_, after, all, nowMs) => {
        assert.deepEqual(foldReports(after, foldInput(all, nowMs)).status, after);
      });
    }),
  );
});

test("the order in which reports are read does not matter", () => {
  fc.assert(
    fc.property(fc.uniqueArray(anyReport, { selector: ({ receivedAt }) => receivedAt, maxLength: 12 }), (reports) => {
      const forward = foldReports(example, foldInput(reports, 5_000_000)).status;
      assert.deepEqual(foldReports(example, foldInput(reports.toReversed(), 5_000_000)).status, forward);
    }),
  );
});

test("a workflow that nobody moves on always says when it changes, and then has ended", () => {
  fc.assert(
    fc.property(rounds, (turns) => {
      const status = play(turns, () => undefined);
      const folded = foldReports(status, foldInput([], 5_000_000));
      const open = folded.status.state === "PENDING" || folded.status.state === "RUNNING";
      assert.equal(folded.wakeAtMs !== undefined, open);
      const later = foldReports(folded.status, foldInput([], 100_000_000));
      assert.equal(isFinalState(later.status.state) || later.status.state === "POST", true);
    }),
  );
});
