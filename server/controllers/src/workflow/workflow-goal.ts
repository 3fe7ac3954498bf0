// How far a workflow is from its end, for tools that know nothing of its states.
import type { Workflow, WorkflowStatus } from "@neverland/api";
import type { Goal } from "../goal/goal.ts";

/** Waiting for these is no fault: what is applied together comes in any order. */
const comes: ReadonlySet<string> = new Set(["NoTemplate", "NoHardware"]);

/** Of its state, not of its actions: `currentState` has those, and a goal that says the same at every action costs nothing. */
export function goalOf({ spec }: Pick<Workflow, "spec">, status: WorkflowStatus): Goal {
  switch (status.state ?? "") {
    case "":
      if (spec?.disabled === true)
        return { is: "resting", reason: "Disabled", message: "spec.disabled is true: nothing is run" };
      return unrendered(status);
    case "PREPARING":
      return { is: "moving", reason: "Preparing", message: "the machine is being prepared" };
    case "PENDING":
      return (
        queued(status) ?? {
          is: "moving",
          reason: "WaitingForWorker",
          message: "waits for its worker to take the first action",
        }
      );
    case "RUNNING":
      return { is: "moving", reason: "Running", message: "its actions are being run" };
    case "POST":
      return {
        is: "moving",
        reason: "WrappingUp",
        message: "all actions succeeded; what was lent to the machine is taken back",
      };
    case "SUCCESS":
      return { is: "reached", ...endOf(status) };
    case "FAILED":
    case "TIMEOUT":
      return { is: "stalled", ...endOf(status) };
  }
}

function queued({ conditions }: WorkflowStatus): Goal | undefined {
  const behind = conditions?.find(({ type, status }) => type === "WorkerFree" && status === "False");
  return behind && { is: "moving", reason: behind.reason ?? "", message: behind.message ?? "" };
}

function unrendered({ conditions }: WorkflowStatus): Goal {
  const failure = conditions?.find(({ type, status }) => type === "TemplateRenderedSuccess" && status === "False");
  if (failure === undefined) return { is: "moving", reason: "New", message: "its template is to be rendered" };
  const { reason = "Error", message = "" } = failure;
  return { is: comes.has(reason) ? "moving" : "stalled", reason, message };
}

function endOf({ conditions, state = "" }: WorkflowStatus): Pick<Goal, "reason" | "message"> {
  const end = conditions?.find(({ type }) => type === "Succeeded");
  return { reason: end?.reason || state, message: end?.message ?? `is ${state}` };
}
