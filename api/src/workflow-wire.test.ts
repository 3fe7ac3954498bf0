// The agent protocol's bytes, written out by hand from its field numbers: published agents depend on each of them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  ActionRequestSchema,
  ActionResponseSchema,
  ActionStatusRequest_StateType,
  ActionStatusRequestSchema,
  WorkflowService,
} from "@neverland/api/workflow";

const text = (field: number, value: string): string =>
  `${((field << 3) | 2).toString(16).padStart(2, "0")}${Buffer.from([value.length]).toString("hex")}${Buffer.from(value).toString("hex")}`;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

test("the service has the path that agents call", () => {
  assert.equal(WorkflowService.typeName, "proto.WorkflowService");
  assert.deepEqual(
    WorkflowService.methods.map((method) => method.name),
    ["GetAction", "ReportActionStatus"],
  );
});

test("a status report has its state in field 6 and its times in 7 and 8", () => {
  const report = create(ActionStatusRequestSchema, {
    workflowId: "w",
    agentId: "a",
    taskId: "t",
    actionId: "i",
    actionName: "n",
    actionState: ActionStatusRequest_StateType.SUCCESS,
    executionStart: { seconds: 1n, nanos: 2 },
    executionStop: { seconds: 3n, nanos: 0 },
    executionDuration: "2s",
    message: { message: "m" },
  });
  const expected = [
    ["w", "a", "t", "i", "n"].map((value, index) => text(index + 1, value)).join(""),
    "3005",
    "3a0408011002",
    "42020803",
    text(9, "2s"),
    "5203",
    text(1, "m"),
  ].join("");
  assert.equal(hex(toBinary(ActionStatusRequestSchema, report)), expected);
});

test("an action is read with its namespaces in field 12", () => {
  const namespaces = text(1, "none") + text(2, "pi");
  const bytes = Buffer.from(
    [
      text(1, "ns/w"),
      text(4, "i"),
      "38d804",
      text(8, "c"),
      text(8, "z"),
      text(10, "A=b"),
      text(11, "host"),
      `620a${namespaces}`,
    ].join(""),
    "hex",
  );
  const action = fromBinary(ActionResponseSchema, bytes);
  assert.equal(action.timeout, 600n);
  assert.deepEqual(action.command, ["c", "z"]);
  assert.deepEqual(action.environment, ["A=b"]);
  assert.equal(action.pid, "host");
  assert.equal(action.namespaces?.network, "none");
});

test("a field set to its zero value is still written, as an agent's presence rules want", () => {
  assert.equal(hex(toBinary(ActionRequestSchema, create(ActionRequestSchema, { agentId: "" }))), "0a00");
});
