// What a list says of a workflow in a word or two: how far it is, and why it is where it is.
import type { Workflow } from "../tinkerbell/workflow.ts";

/** `2 of 5 write-image`: the action that runs or is next; of one that is over `""`, or the one that it ended with. */
export function actionInWords({ status }: Pick<Workflow, "status">): string {
  // Of any object: one that no schema accepts may have anything anywhere.
  const tasks = Array.isArray(status?.tasks) ? status.tasks : [];
  const actions = tasks.flatMap((task) => (Array.isArray(task?.actions) ? task.actions : []));
  const at = actions.findIndex((action) => action?.state !== "SUCCESS");
  return at < 0 ? "" : `${at + 1} of ${actions.length} ${actions[at]?.name ?? ""}`;
}

/** The reason of the condition that says most of where it stands; `""`: it goes on. */
export function reasonInWords({ status, spec }: Pick<Workflow, "status" | "spec">): string {
  const conditions = Array.isArray(status?.conditions) ? status.conditions : [];
  const reasonOf = (type: string, value: string) =>
    conditions.find((each) => each?.type === type && each.status === value)?.reason;
  return (
    reasonOf("Succeeded", "False") ??
    reasonOf("TemplateRenderedSuccess", "False") ??
    reasonOf("HardwareMissing", "True") ??
    reasonOf("WorkerOfHardware", "False") ??
    reasonOf("BootJobFailed", "True") ??
    reasonOf("Stalled", "True") ??
    // Why it waits; whoever runs goes on.
    (status?.state === "PENDING" ? reasonOf("Ready", "False") : undefined) ??
    (spec?.disabled === true ? "Disabled" : "")
  );
}
