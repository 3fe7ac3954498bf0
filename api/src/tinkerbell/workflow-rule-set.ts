// WorkflowRuleSet (tinkerbell.org/v1alpha1): which machines that come up get a Workflow of their own. Kept, and not acted on yet.
import { z } from "zod";
import { conditionSchema, observedGeneration } from "../goal-condition.ts";
import type { Resource } from "../resource.ts";

const text = z.string().optional();
const flag = z.boolean().optional();

export const workflowRuleSetSpecSchema = z.looseObject({
  rules: z
    .array(z.string())
    .nullish()
    .describe(
      "Patterns, each a JSON text, of what a worker finds in its machine; a machine is meant by the set of which most match.",
    ),
  workflow: z
    .looseObject({
      namespace: text.describe("Where the Workflow goes."),
      disabled: flag.describe("Copied into the Workflow."),
      addAttributes: flag.describe("Whether the Workflow gets what the worker found, as an annotation."),
      template: z
        .looseObject({
          ref: text.describe("The Template's name."),
          agentValue: text.describe("The name in the Workflow's hardwareMap that gets the worker's id."),
          kvs: z.record(z.string(), z.string()).nullish().describe("More entries of the Workflow's hardwareMap."),
        })
        .nullish()
        .describe("Which Template, and with what."),
    })
    .nullish()
    .describe("The Workflow that a machine gets."),
});
export const workflowRuleSetStatusSchema = z.looseObject({
  observedGeneration,
  conditions: z.array(conditionSchema).nullish().describe("What is so of the rule set, each by its type."),
});

export const ruleSetIsIdle =
  "this server keeps a WorkflowRuleSet and does not act on it yet: make a Workflow for each machine";

export type WorkflowRuleSet = Resource<
  z.infer<typeof workflowRuleSetSpecSchema>,
  z.infer<typeof workflowRuleSetStatusSchema>
>;
