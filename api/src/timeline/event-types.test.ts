import assert from "node:assert/strict";
import { test } from "node:test";
import { asEventReason, eventReasons } from "./event-reasons.ts";
import { type EventTypeInfo, eventTypeInfo, eventTypes } from "./event-types.ts";

test("a type of another version of the server is no type of ours, whatever it is called", () => {
  assert.equal(eventTypeInfo("SomethingElse"), undefined);
  assert.equal(eventTypeInfo("constructor"), undefined);
  assert.equal(asEventReason("toString"), undefined);
});

test("a condition that is complete gives no reason, and one that explains a fault does", () => {
  assert.equal(asEventReason("Complete"), undefined);
  assert.equal(asEventReason("WorkerNeverCame"), "WorkerNeverCame");
});

test("meanings and what to do are sentences that others are made of: no full stop, no cell's end", () => {
  const types = Object.values<EventTypeInfo>(eventTypes).flatMap(({ meaning, todo = "-" }) => [meaning, todo]);
  const reasons = Object.values(eventReasons).flatMap(({ meaning, mend }) => [meaning, mend]);
  assert.deepEqual(
    [...types, ...reasons].filter((text) => /[.|\n]$|[|\n]|^\s*$/.test(text)),
    [],
  );
});

test("each failure says what to do, or is one whose reason does", () => {
  const silent = Object.entries<EventTypeInfo>(eventTypes).filter(
    ([, { sort, todo }]) => sort === "failure" && todo === undefined,
  );
  assert.deepEqual(
    silent.map(([type]) => type),
    ["ServerFault", "WorkflowFailed", "WorkflowTimedOut", "BootJobFailed"],
  );
});
