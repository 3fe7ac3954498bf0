// ActionReport (metal.neverland.dev/v1alpha1): what a worker said of one action, appended by Tink Server and folded
// into the Workflow's status by the workflow controller alone.
import { z } from "zod";
import type { Resource } from "../resource.ts";
import { actionStates } from "../tinkerbell/workflow.ts";

export const actionReportSpecSchema = z.looseObject({
  workflow: z.string().describe("The workflow's namespace/name."),
  workflowUID: z.string().describe("The workflow's uid: a later one of the same name is another one."),
  agentID: z.string().describe("The worker that reports."),
  taskID: z.string().describe("The task's id."),
  actionID: z.string().describe("The action's id."),
  state: z.enum(actionStates).describe("PENDING, RUNNING, SUCCESS, FAILED or TIMEOUT."),
  receivedAt: z.string().describe("When the report came in, by the server's clock: workers' clocks may be years off."),
  executionStart: z
    .string()
    .optional()
    .describe("When the action began, by the worker's clock; absent when it sent none."),
  executionStop: z.string().optional().describe("When the action ended, by the worker's clock."),
  executionDuration: z.string().optional().describe("How long it took, such as 1m30s."),
  message: z.string().optional().describe("What the worker says of it."),
});
export type ActionReportSpec = z.infer<typeof actionReportSpecSchema>;
export type ActionReport = Resource<ActionReportSpec, never>;
