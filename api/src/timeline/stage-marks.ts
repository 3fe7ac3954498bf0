// Which part of a machine's way from power-on to login ends with an event.
import { markOf } from "./event-types.ts";
import { actionOf, isFromFirmware, type TimelineEvent } from "./timeline-event.ts";

/** Whose time it is: what we can make shorter, the machine's firmware, the installed system, or nobody's: it was off, or had nothing to do. */
export type StageOwner = "firmware" | "neverland" | "action" | "os" | "idle";

export type Stage = { readonly name: string; readonly owner: StageOwner };

/** What has happened so far in the same run. */
export type Progress = {
  readonly sawDhcp: boolean;
  readonly sawLoader: boolean;
  readonly sawKernel: boolean;
  readonly sawWorker: boolean;
  readonly sawAction: boolean;
  readonly sawMetadata: boolean;
  /** The in-memory system was heard later in the same run: what asks until then is not the installed one. */
  readonly isHookAhead: boolean;
  /** Since the last mark. */
  readonly quietMs: number;
  /** It fetched something since the last mark. */
  readonly wasBusy: boolean;
};

const nothingSeen = {
  sawDhcp: false,
  sawLoader: false,
  sawKernel: false,
  sawWorker: false,
  sawAction: false,
  sawMetadata: false,
};

export const noProgress: Progress = { ...nothingSeen, isHookAhead: false, quietMs: 0, wasBusy: false };

/** Firmware asks again within seconds of an offer that it goes on with; after more it was started anew. */
const longestAskMs = 15_000;
/** An action that is handed out begins within seconds. */
const longestHandOverMs = 5_000;
/** What takes longer than any firmware's own tests. */
const longestRebootMs = 300_000;

const firmware: Stage = { name: "firmware", owner: "firmware" };
const dhcp: Stage = { name: "DHCP", owner: "neverland" };
const loader: Stage = { name: "loader", owner: "neverland" };
const kernel: Stage = { name: "kernel+initramfs", owner: "neverland" };
const worker: Stage = { name: "worker up", owner: "neverland" };
const reboot: Stage = { name: "reboot", owner: "firmware" };
const osBoot: Stage = { name: "OS boot", owner: "os" };
const cloudInit: Stage = { name: "cloud-init", owner: "os" };
const idle: Stage = { name: "off / waiting", owner: "idle" };
const ssh: Stage = { name: "SSH", owner: "os" };

/** @returns The stage whose time ends at the event; `undefined` when the event is not one that ends a stage. */
export function stageEndedBy(event: TimelineEvent, progress: Progress): Stage | undefined {
  const mark = markOf(event.type);
  switch (mark) {
    case "address":
      return dhcpStage(event, progress);
    case "router":
      return beforeOs(progress) ? dhcp : undefined;
    case "loader":
    case "script":
      return beforeOs(progress) || progress.isHookAhead ? loader : reboot;
    case "kernel":
      return kernel;
    case "worker":
      if (progress.sawAction) return undefined;
      return progress.sawWorker && progress.quietMs > longestHandOverMs ? idle : worker;
    case "power":
      return progress.sawWorker ? rebootStage(progress) : undefined;
    case "metadata":
      return progress.sawMetadata ? cloudInit : osBoot;
    case "phoned-home":
      return cloudInit;
    case "login":
      return ssh;
    case "action-start":
      // It waited for a workflow, or for somebody to let it go on.
      if (progress.quietMs > longestHandOverMs && !progress.wasBusy) return idle;
      return { name: `action ${actionOf(event)}`, owner: "action" };
    case "action-end":
      return { name: `action ${actionOf(event)}`, owner: "action" };
    case "turned-away":
      // So a machine that is not to be netbooted any more is sent on to its disk.
      if (progress.sawAction) return reboot;
      return progress.sawDhcp && !progress.sawKernel ? loader : undefined;
    case undefined:
      return undefined;
  }
}

/** What of the run counts after the event: who is started anew for the in-memory system goes the whole way once more. */
export function advance(progress: Progress, event: TimelineEvent): Progress {
  const mark = markOf(event.type);
  const isAnew = mark === "power" || (mark === "address" && isFromFirmware(event) && progress.sawKernel);
  if (isAnew && progress.isHookAhead) return { ...progress, ...nothingSeen, sawDhcp: mark === "address" };
  return {
    ...progress,
    sawDhcp: progress.sawDhcp || mark === "address",
    sawLoader: progress.sawLoader || mark === "loader" || mark === "script",
    sawKernel: progress.sawKernel || mark === "kernel",
    sawWorker: progress.sawWorker || mark === "worker",
    sawAction: progress.sawAction || mark === "action-start" || mark === "action-end",
    sawMetadata: progress.sawMetadata || mark === "metadata",
  };
}

/** Whether it is the installed system that left the mark. */
export function isSystemMark({ type }: TimelineEvent): boolean {
  const mark = markOf(type);
  return mark === "metadata" || mark === "phoned-home" || mark === "login";
}

function beforeOs({ sawAction, sawMetadata }: Progress): boolean {
  return !sawAction && !sawMetadata;
}

function dhcpStage(event: TimelineEvent, progress: Progress): Stage {
  const isFirmware = isFromFirmware(event);
  if (progress.sawKernel && isFirmware && progress.isHookAhead) return rebootStage(progress);
  if (progress.sawMetadata) return cloudInit;
  if (progress.sawAction && !progress.isHookAhead) return isFirmware ? rebootStage(progress) : osBoot;
  if (progress.sawKernel) return worker;
  if (!progress.sawDhcp) return firmware;
  if (isFirmware && !progress.sawLoader && event.type === "DhcpOffer" && progress.quietMs > longestAskMs) return idle;
  // iPXE asks for an address anew once it was loaded.
  return progress.sawLoader && event.type === "DhcpOffer" ? loader : dhcp;
}

function rebootStage({ quietMs }: Progress): Stage {
  return quietMs > longestRebootMs ? idle : reboot;
}
