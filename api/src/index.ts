// The contract between server, worker, CLI and clients.
export * from "./client/api-error.ts";
export { type LogRecord, logRecordsType } from "./client/log-records.ts";
export * from "./client/resource-client.ts";
export * from "./client/resource-table.ts";
export type { TransportOptions } from "./client/transport.ts";
export type { ClientWatchEvent } from "./client/watch-loop.ts";
export * from "./kinds.ts";
export * from "./metal/action-report.ts";
export * from "./metal/machine-event.ts";
export * from "./resource.ts";
export * from "./timeline/explain.ts";
export * from "./timeline/stage-bill.ts";
export type { Stage, StageOwner } from "./timeline/stage-marks.ts";
export * from "./tinkerbell/hardware.ts";
export * from "./tinkerbell/template.ts";
export * from "./tinkerbell/workflow.ts";
