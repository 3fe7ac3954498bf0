// The contract between server, worker, CLI and clients.
export { accepts } from "./accepts.ts";
export type { BmcJob, BmcTask } from "./bmc/job.ts";
export type { BmcMachine } from "./bmc/machine.ts";
export * from "./client/api-error.ts";
export { type LogRecord, logRecordsType } from "./client/log-records.ts";
export * from "./client/resource-client.ts";
export * from "./client/resource-table.ts";
export type { TransportOptions } from "./client/transport.ts";
export type { ClientWatchEvent } from "./client/watch-loop.ts";
export * from "./core/lease.ts";
export * from "./core/namespace.ts";
export * from "./core/secret.ts";
export * from "./counted.ts";
export { doubtsOf } from "./doubts.ts";
export * from "./field-path.ts";
export { goalConditionTypes, type ObjectCondition } from "./goal-condition.ts";
export * from "./json-value.ts";
export * from "./kind-info.ts";
export * from "./kind-names.ts";
export * from "./kinds.ts";
export type { AccessToken } from "./metal/access-token.ts";
export * from "./metal/action-report.ts";
export * from "./metal/machine-event.ts";
export type { MachineViewContent } from "./metal/machine-view.ts";
export * from "./one-line.ts";
export * from "./redaction.ts";
export * from "./references.ts";
export * from "./resource.ts";
export * from "./resource-key.ts";
export * from "./sensitive.ts";
export * from "./shown-instead.ts";
export { isTime } from "./time.ts";
export { type BootStep, bootSteps, notSeen } from "./timeline/boot-progress.ts";
export * from "./timeline/deletion.ts";
export { asEventReason, type EventReason, type EventReasonInfo, eventReasonInfo } from "./timeline/event-reasons.ts";
export { eventReference } from "./timeline/event-reference.ts";
export type { EventSource } from "./timeline/event-sources.ts";
export { type EventType, type EventTypeInfo, eventTypeInfo, isSignOfLife } from "./timeline/event-types.ts";
export * from "./timeline/explain.ts";
export { hardwareTrouble, type RivalClaim } from "./timeline/explain-hardware.ts";
export { type BootStage, beginsAnew, rankOf, stageOf } from "./timeline/newest-boot.ts";
export { type RenderFailure, whatToMend } from "./timeline/render-problem.ts";
export * from "./timeline/stage-bill.ts";
export type { Stage, StageOwner } from "./timeline/stage-marks.ts";
export { eventsOfLife, isFromFirmware, type TimelineEvent } from "./timeline/timeline-event.ts";
export { byTelling } from "./timeline/workflow-order.ts";
export { attributesAnnotation, serialOf } from "./tinkerbell/agent-attributes.ts";
export { spellingsOf } from "./tinkerbell/agent-id.ts";
export * from "./tinkerbell/hardware.ts";
export { hardwareFaults, type ValueFault } from "./tinkerbell/hardware-faults.ts";
export {
  hardwareDoubts,
  interfaceDoubts,
  mostLabelBytes,
  mostOptionBytes,
} from "./tinkerbell/interface-doubts.ts";
export * from "./tinkerbell/netmask.ts";
export * from "./tinkerbell/template.ts";
export * from "./tinkerbell/workflow.ts";
export { workflowLock } from "./tinkerbell/workflow-lock.ts";
export * from "./tinkerbell/workflow-rule-set.ts";
export * from "./tinkerbell/workflow-wishes.ts";
export { type UnknownField, unknownFields, unknownFieldText } from "./unknown-fields.ts";
export { viewReference } from "./view/view-reference.ts";
export { type ViewHealth, type ViewReason, type ViewState, viewReasons, viewStates } from "./view/view-states.ts";
