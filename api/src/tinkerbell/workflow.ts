// Workflow (tinkerbell.org/v1alpha1): one run of a Template on one machine.
import { z } from "zod";
import { conditionSchema, observedGeneration } from "../goal-condition.ts";
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
  templateRef: text.describe(
    "The name of the Template to run, in the Workflow's namespace. Once an action was given out, what was rendered of it stays, whatever becomes of the Template.",
  ),
  hardwareRef: text.describe(
    "The name of the Hardware to run on, in the Workflow's namespace: the template reads it as .Hardware and .hardware. Without one the template reads an empty one, and nothing is allowed to netboot.",
  ),
  hardwareMap: z
    .record(z.string(), z.string())
    .nullish()
    .describe(
      "Values that the template reads by these names: device_1: 52:54:00:00:00:01 is {{ .device_1 }}, which tasks have as their worker.",
    ),
  disabled: z
    .boolean()
    .nullish()
    .describe("Whether the workflow waits until this is taken away. One that has begun goes on. Default: false."),
  bootOptions: z
    .looseObject({
      toggleAllowNetboot: z
        .boolean()
        .optional()
        .describe(
          "Whether allowPXE of the Hardware is set to true before the first action, and to false after the last. A Hardware without allowPXE needs none of this: it may netboot while a workflow waits for it or runs. Default: false.",
        ),
      isoURL: text.describe("The ISO image to boot, as a URL. For bootMode isoboot alone."),
      bootMode: z
        .enum(["netboot", "isoboot", "iso", "customboot", ""])
        .optional()
        .describe(
          "How the management controller starts the machine: netboot, isoboot (iso is its older name) or customboot. Empty: somebody switches it on. Without a controller that can do it the workflow fails.",
        ),
      custombootConfig: z
        .looseObject({
          preparingActions: z
            .array(bmcAction)
            .nullish()
            .describe("What the management controller does before the first action, in this order."),
          postActions: z.array(bmcAction).nullish().describe("What it does after the last action, in this order."),
        })
        .nullish()
        .describe("For bootMode customboot alone."),
    })
    .nullish()
    .describe("How the machine comes to boot into the in-memory OS."),
});

const namespacesSchema = z.looseObject({
  network: text.describe("The network that the action has: host, or none."),
  pid: text.describe("The processes that it sees: host for all of the machine's; else its own."),
});

const environment = z.record(z.string(), z.string()).nullish();

const actionStatusSchema = z.looseObject({
  id: z.string().describe("The action's id, made when the template was rendered."),
  name: z.string().describe("Its name in the template."),
  image: z.string().describe("The container image that it runs."),
  timeout: z
    .int()
    .optional()
    .describe("How long it may take, in seconds; 0 or absent is the server's default, an hour."),
  command: texts.describe("The arguments of the container; none: the image's own."),
  volumes: texts.describe("What of the machine it sees, as source:destination[:options]."),
  pid: text.describe("The older form of namespaces.pid."),
  namespaces: namespacesSchema.nullish().describe("What it shares with the machine."),
  environment: environment.describe("Its environment variables. Secret."),
  state: z.enum(actionStates).describe("PENDING, RUNNING, SUCCESS, FAILED or TIMEOUT."),
  executionStart: time.nullish().describe("When it began."),
  executionStop: time.nullish().describe("When it ended."),
  executionDuration: text.describe("How long it took, such as 1m30s."),
  message: text.describe("What its worker said of it last."),
});

const taskStatusSchema = z.looseObject({
  id: z.string().describe("The task's id, made when the template was rendered."),
  name: z.string().describe("Its name in the template."),
  agentID: z.string().describe("The worker that runs it: a MAC, or the Hardware's agentID."),
  actions: z.array(actionStatusSchema).describe("Its actions, run one after another."),
  volumes: texts.describe("Volumes of all its actions."),
  environment: environment.describe("Environment variables of all its actions. Secret."),
});

export const workflowStatusSchema = z.looseObject({
  agentID: text.describe("The worker whose turn it is."),
  state: z
    .enum(workflowStates)
    .optional()
    .describe(
      "Empty until the template is rendered, then PREPARING, PENDING, RUNNING, POST; at the end SUCCESS, FAILED or TIMEOUT, which never change.",
    ),
  stateSince: text.describe("When state last changed, by the server's clock."),
  bootOptions: z
    .looseObject({
      allowNetboot: z
        .looseObject({
          toggledTrue: z.boolean().optional().describe("Whether the Hardware was allowed to netboot."),
          toggledFalse: z.boolean().optional().describe("Whether it was forbidden again."),
        })
        .nullish()
        .describe("What became of toggleAllowNetboot."),
      jobs: z
        .record(
          z.string(),
          z.looseObject({
            uid: text.describe("The job's uid."),
            complete: z.boolean().optional().describe("Whether it has ended well."),
            existingJobDeleted: z
              .boolean()
              .optional()
              .describe("Whether an older job of its name was taken away first."),
          }),
        )
        .nullish()
        .describe("Jobs of the management controller, by their names."),
    })
    .nullish()
    .describe("What became of spec.bootOptions."),
  templateRendering: z
    .enum(["successful", "failed"])
    .optional()
    .describe("Whether the template renders; the condition TemplateRenderedSuccess says why not."),
  renderedFrom: z
    .looseObject({
      generation: z.int().optional().describe("The metadata.generation of the Workflow then."),
      template: text.describe("The Template then: its uid and generation."),
      hardwareRef: text.describe("The name of the Hardware then: what was lent is taken back from it."),
      hardware: text.describe("The Hardware then: its uid and generation."),
    })
    .nullish()
    .describe("What was rendered: as long as no action was given out, a change of it has the workflow rendered anew."),
  globalTimeout: z
    .int()
    .optional()
    .describe(
      "How long the whole workflow may take from its first action on, in seconds; 0 or absent is the server's default, a day.",
    ),
  globalExecutionStop: time.nullish().describe("When the whole workflow is given up."),
  currentState: z
    .looseObject({
      agentID: text.describe("The worker of the action."),
      taskID: text.describe("The task's id."),
      actionID: text.describe("The action's id."),
      state: z.enum(actionStates).optional().describe("The action's state."),
      actionName: text.describe("The action's name."),
      taskName: text.describe("The task's name."),
    })
    .nullish()
    .describe("The action that runs, or ran last."),
  tasks: z.array(taskStatusSchema).nullish().describe("The rendered workflow: what is run, and how far it is."),
  attempts: z
    .array(
      z.looseObject({
        number: z.int().describe("Counts from 1."),
        state: z.string().describe("The state in which it ended."),
        ended: z.string().optional().describe("When it ended."),
        action: text.describe("The action that it ended in, unless it succeeded."),
        reason: text.describe("Why it ended so, in one word for programs."),
        message: text.describe("Why it ended so, in a sentence for people."),
      }),
    )
    .nullish()
    .describe("The attempts before this one, the last ten of them."),
  retryFrom: text.describe("The action at which this attempt began, where that was not the first."),
  lastHandledRetry: text.describe("The value of the annotation metal.neverland.dev/retry that was heeded last."),
  lastHandledCancel: text.describe("The value of the annotation metal.neverland.dev/cancel that was heeded last."),
  observedGeneration,
  conditions: z
    .array(conditionSchema.extend({ time: time.nullish().describe("When the condition last said something else.") }))
    .nullish()
    .describe("What is so of the workflow, each by its type."),
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
