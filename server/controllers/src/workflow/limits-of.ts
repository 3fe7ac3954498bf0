// How long a workflow may wait, as people say of this one or of all.
import { type Workflow, waitTimeoutAnnotation, waitTimeoutSeconds } from "@neverland/api";
import type { WorkflowLimits } from "@neverland/workflow-rules/limits.ts";

export function limitsOf({ metadata }: Pick<Workflow, "metadata">, limits: WorkflowLimits): WorkflowLimits {
  const text = metadata.annotations?.[waitTimeoutAnnotation];
  const pendingTimeoutSeconds = text === undefined ? undefined : waitTimeoutSeconds(text);
  return pendingTimeoutSeconds === undefined ? limits : { ...limits, pendingTimeoutSeconds };
}
