// What kstatus (Flux, Helm, kpt) takes an object for: its rules, in its order, as far as they concern custom resources.
import type { ObjectCondition, Resource } from "@neverland/api";

export type Kstatus = "Terminating" | "InProgress" | "Failed" | "Current";

/** @see sigs.k8s.io/cli-utils/pkg/kstatus: a custom resource without conditions is Current. */
export function kstatusOf({ metadata, status }: Resource): Kstatus {
  if (metadata.deletionTimestamp) return "Terminating";
  const { observedGeneration, conditions = [] } = (status ?? {}) as {
    observedGeneration?: number;
    conditions?: ObjectCondition[];
  };
  if (observedGeneration !== undefined && observedGeneration !== metadata.generation) return "InProgress";
  const stateOf = (wanted: string) => conditions.find(({ type }) => type === wanted)?.status;
  if (stateOf("Reconciling") === "True") return "InProgress";
  if (stateOf("Stalled") === "True") return "Failed";
  const ready = stateOf("Ready");
  return ready === undefined || ready === "True" ? "Current" : "InProgress";
}
