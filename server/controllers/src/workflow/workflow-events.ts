// What a change of a Workflow's status puts on the machine's timeline.
import {
  agentKey,
  asEventReason,
  type EventType,
  formatKey,
  type MachineEventInput,
  type Workflow,
  type WorkflowState,
  type WorkflowStatus,
} from "@neverland/api";

const stateEvents: Readonly<Record<WorkflowState, EventType | undefined>> = {
  "": undefined,
  PREPARING: "WorkflowPreparing",
  PENDING: "WorkflowPending",
  RUNNING: "WorkflowRunning",
  POST: undefined,
  SUCCESS: "WorkflowSucceeded",
  FAILED: "WorkflowFailed",
  TIMEOUT: "WorkflowTimedOut",
};

const conditionEvents = new Map<string, EventType>([
  ["AllowNetbootTrue", "NetbootAllowed"],
  ["AllowNetbootFalse", "NetbootForbidden"],
  ["BootJobFailed", "BootJobFailed"],
  ["HardwareMissing", "HardwareGone"],
  ["WorkerOfHardware", "WorkerMismatch"],
]);

/** The events of one write, in the order in which the things came about. */
export function eventsOf(before: Workflow, after: WorkflowStatus): MachineEventInput[] {
  return [...conditionChanges(before, after), ...stateChange(before, after)].map((event) => ({
    ...machineOf(before, after),
    ...event,
  }));
}

/** What concerns the workflow and is no change of its status. */
export function eventOf(workflow: Workflow, type: EventType, message: string): MachineEventInput {
  const text = `workflow ${workflow.metadata.name}: ${message}`;
  return { ...machineOf(workflow, workflow.status ?? {}), type, message: text };
}

type Event = Pick<MachineEventInput, "type" | "message" | "reason">;

function conditionChanges({ metadata, status }: Workflow, after: WorkflowStatus): Event[] {
  const old = new Map(status?.conditions?.map((condition) => [condition.type, condition]));
  return (after.conditions ?? []).flatMap(({ type, status: value, reason, message, time }) => {
    const known = old.get(type);
    if (known?.message === message && known?.status === value && known?.time === time) return [];
    const event = eventTypeOf(type, value);
    // That it came back is none, and that it cannot be used was said by who found that out.
    const isGone = type !== "HardwareMissing" || (value === "True" && reason !== "NotOfItsSchema");
    const isMended = type === "WorkerOfHardware" && value === "True";
    if (event === undefined || !isGone || isMended) return [];
    return [{ type: event, message: `workflow ${metadata.name}: ${message ?? ""}`, ...reasonOf(reason) }];
  });
}

function eventTypeOf(type: string, value: string): EventType | undefined {
  if (type === "TemplateRenderedSuccess" && value === "False") return "TemplateFailed";
  if (type === "WorkerFree") return value === "False" ? "WorkflowQueued" : undefined;
  if (type === "Stopping") return value === "True" ? "ActionStopping" : undefined;
  if (type === "Retried") return value === "True" ? "WorkflowRetried" : "RetryRefused";
  if (type === "RenderedAnew") return value === "True" ? "WorkflowRenderedAnew" : "WorkflowKept";
  return conditionEvents.get(type);
}

function stateChange({ metadata, status }: Workflow, after: WorkflowStatus): Event[] {
  const type = stateEvents[after.state ?? ""];
  if (type === undefined || after.state === (status?.state ?? "")) return [];
  const end = after.conditions?.find((condition) => condition.type === "Succeeded");
  const message = `workflow ${metadata.name}: ${end?.message ?? `is ${after.state}`}`;
  return [{ type, message, ...reasonOf(end?.reason) }];
}

/** Only what explains a fault: that a condition is complete is no reason. */
function reasonOf(reason: string | null | undefined): Pick<Event, "reason"> {
  const known = asEventReason(reason);
  return known === undefined ? {} : { reason: known };
}

const macPattern = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/;

function machineOf({ metadata, spec }: Workflow, { agentID }: WorkflowStatus) {
  const mac = agentKey(agentID ?? "");
  return {
    source: "workflow-controller" as const,
    workflow: formatKey(metadata),
    ...(spec?.hardwareRef ? { hardware: spec.hardwareRef } : {}),
    ...(macPattern.test(mac) ? { mac } : {}),
  };
}
