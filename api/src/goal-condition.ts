// The conditions by which kubectl, Flux, Helm and Argo CD tell whether an object is as it should be, in the form that Kubernetes gives them.
import { z } from "zod";

export const observedGeneration = z
  .int()
  .optional()
  .describe("The metadata.generation that the status, or the condition, speaks of.");

/** `metav1.Condition`; upstream's kinds leave out some of it, or call the time otherwise. */
export const conditionSchema = z.looseObject({
  type: z.string().describe("What is said, such as Ready."),
  status: z.string().describe("True, False or Unknown."),
  reason: z.string().optional().describe("Why, in one word for programs."),
  message: z.string().optional().describe("Why, in a sentence for people."),
  lastTransitionTime: z.string().nullish().describe("When the condition's status last changed."),
  observedGeneration,
});

/** Of conditions that say how far the object is from what was wanted, whatever its kind. */
export const goalConditionTypes: ReadonlySet<string> = new Set(["Ready", "Reconciling", "Stalled"]);

export type ObjectCondition = z.infer<typeof conditionSchema>;
