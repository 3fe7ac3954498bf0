// Workflow (tinkerbell.org/v1alpha1): one run of a Template on one machine.
import { z } from "zod";
import type { Resource } from "../resource.ts";
import { isTime } from "../time.ts";

const text = z.string().optional();
const texts = z.array(z.string()).nullish();
const time = z.string().refine(isTime, { error: "expected a time such as 2026-01-02T15:04:05Z" });
const bmcAction = z.record(z.string(), z.unknown());

/** Upstream's states. `""` is new; SUCCESS, FAILED and TIMEOUT are final and never change. */
export const workflowStates = ["", "PREPARING", "PENDING", "RUNNING", "POST", "SUCCESS", "FAILED", "TIMEOUT"] as const;
export type WorkflowState = (typeof workflowStates)[number];
export const actionStates = ["PENDING", "RUNNING", "SUCCESS", "FAILED", "TIMEOUT"] as const;
export type ActionState = (typeof actionStates)[number];

export const workflowSpecSchema = z.looseObject({
  templateRef: text,
  hardwareRef: text,
  hardwareMap: z.record(z.string(), z.string()).nullish(),
  disabled: z.boolean().nullish(),
  bootOptions: z
    .looseObject({
      toggleAllowNetboot: z.boolean().optional(),
      isoURL: text,
      bootMode: z.enum(["netboot", "isoboot", "iso", "customboot", ""]).optional(),
      custombootConfig: z
        .looseObject({ preparingActions: z.array(bmcAction).nullish(), postActions: z.array(bmcAction).nullish() })
        .nullish(),
    })
    .nullish(),
});

const namespacesSchema = z.looseObject({ network: text, pid: text });

const actionStatusSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  image: z.string(),
  /** Seconds; 0 or absent is the server's default, which is what the worker is told. */
  timeout: z.int().optional(),
  command: texts,
  volumes: texts,
  pid: text,
  namespaces: namespacesSchema.nullish(),
  environment: z.record(z.string(), z.string()).nullish(),
  state: z.enum(actionStates),
  executionStart: time.nullish(),
  executionStop: time.nullish(),
  executionDuration: text,
  message: text,
});

const taskStatusSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  agentID: z.string(),
  actions: z.array(actionStatusSchema),
  volumes: texts,
  environment: z.record(z.string(), z.string()).nullish(),
});

export const workflowStatusSchema = z.looseObject({
  agentID: text,
  state: z.enum(workflowStates).optional(),
  /** Ours: RFC 3339, when `state` last changed, by the server's clock. */
  stateSince: text,
  bootOptions: z
    .looseObject({
      allowNetboot: z
        .looseObject({ toggledTrue: z.boolean().optional(), toggledFalse: z.boolean().optional() })
        .nullish(),
      jobs: z
        .record(
          z.string(),
          z.looseObject({ uid: text, complete: z.boolean().optional(), existingJobDeleted: z.boolean().optional() }),
        )
        .nullish(),
    })
    .nullish(),
  templateRendering: z.enum(["successful", "failed"]).optional(),
  /** Seconds. */
  globalTimeout: z.int().optional(),
  /** RFC 3339: when the whole workflow is given up. */
  globalExecutionStop: time.nullish(),
  currentState: z
    .looseObject({
      agentID: text,
      taskID: text,
      actionID: text,
      state: z.enum(actionStates).optional(),
      actionName: text,
      taskName: text,
    })
    .nullish(),
  tasks: z.array(taskStatusSchema).nullish(),
  conditions: z
    .array(z.looseObject({ type: z.string(), status: z.string(), reason: text, message: text, time: time.nullish() }))
    .nullish(),
});

export type WorkflowSpec = z.infer<typeof workflowSpecSchema>;
export type WorkflowStatus = z.infer<typeof workflowStatusSchema>;
export type WorkflowTask = z.infer<typeof taskStatusSchema>;
export type WorkflowAction = z.infer<typeof actionStatusSchema>;
/** Whether a workflow in this state stays in it. */
export function isFinalState(state: WorkflowState | undefined): boolean {
  return state === "SUCCESS" || state === "FAILED" || state === "TIMEOUT";
}

export type Workflow = Resource<WorkflowSpec, WorkflowStatus>;
