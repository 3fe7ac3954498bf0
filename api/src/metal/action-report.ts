// ActionReport (metal.neverland.dev/v1alpha1): what a worker said of one action, appended by Tink Server and folded
// into the Workflow's status by the workflow controller alone.
import { z } from "zod";
import type { Resource } from "../resource.ts";
import { actionStates } from "../tinkerbell/workflow.ts";

export const actionReportSpecSchema = z.looseObject({
  /** `namespace/name` and uid of the workflow: a later workflow of the same name is another one. */
  workflow: z.string(),
  workflowUID: z.string(),
  agentID: z.string(),
  taskID: z.string(),
  actionID: z.string(),
  state: z.enum(actionStates),
  /** RFC 3339, by the server's clock: when the report came in. Workers' clocks may be years off. */
  receivedAt: z.string(),
  /** RFC 3339 by the worker's clock; absent when the worker sent none or a zero time. */
  executionStart: z.string().optional(),
  executionStop: z.string().optional(),
  executionDuration: z.string().optional(),
  message: z.string().optional(),
});
export type ActionReportSpec = z.infer<typeof actionReportSpecSchema>;
export type ActionReport = Resource<ActionReportSpec, never>;
