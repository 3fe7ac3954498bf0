import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { ActionStatusRequest_StateType, ActionStatusRequestSchema } from "@neverland/api/workflow";
import { readReport } from "./worker-messages.ts";

const messageOf = (actionState: ActionStatusRequest_StateType, message: string) => {
  const ids = { workflowId: "default/install", taskId: "t", actionId: "a1", agentId: "m1" };
  return readReport(create(ActionStatusRequestSchema, { ...ids, actionState, message: { message } })).message;
};
const { FAILED, TIMEOUT, SUCCESS } = ActionStatusRequest_StateType;

test("a failure of which the agent says that it completed has no reason, and the message says where to look", () => {
  for (const state of [FAILED, TIMEOUT])
    assert.match(messageOf(state, "action completed") ?? "", /^the agent gave no reason; the log of the agent itself/);
  assert.equal(messageOf(SUCCESS, "action completed"), "action completed");
  assert.equal(messageOf(FAILED, "exit code 1"), "exit code 1");
});
