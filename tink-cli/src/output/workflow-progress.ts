// A workflow's state in a few lines: one for itself, one for each action that has begun.
import { goalConditionTypes, shownState, type Workflow, type WorkflowAction } from "@neverland/api";

/** Lines that end in a newline. */
export function describeProgress(workflow: Workflow): string {
  const { metadata, status } = workflow;
  const state = shownState(workflow)?.value;
  // What Ready and the like say is the state in other words.
  const own = status?.conditions?.filter(({ type }) => !goalConditionTypes.has(type));
  const problem = own?.find(({ type, status: value }) =>
    /^(HardwareMissing|Stopping)$/.test(type) ? value === "True" : value === "False" || /Failed$/.test(type),
  )?.message;
  const head = `${metadata.name}: ${state}${problem ? `: ${problem}` : ""}\n`;
  const actions = (status?.tasks ?? []).flatMap((task) => task.actions);
  return (
    head +
    actions
      .filter((action) => action.state !== "PENDING")
      .map(describeAction)
      .join("")
  );
}

function describeAction({ name, state, executionDuration, message }: WorkflowAction): string {
  const took = executionDuration ? ` (${executionDuration})` : "";
  const why = message && state !== "SUCCESS" && state !== "RUNNING" ? `: ${message}` : "";
  return `  ${state.padEnd(8)} ${name}${took}${why}\n`;
}
