// Which part of a machine's way from power-on to login ends with an event.
import { markOf } from "./event-types.ts";
import { actionOf, isFromFirmware, type TimelineEvent } from "./timeline-event.ts";

/** Whose time it is: what we can make shorter, the machine's firmware, or the installed system. */
export type StageOwner = "firmware" | "neverland" | "action" | "os";

export type Stage = { readonly name: string; readonly owner: StageOwner };

/** What has happened so far in the same run. */
export type Progress = {
  readonly sawDhcp: boolean;
  readonly sawLoader: boolean;
  readonly sawKernel: boolean;
  readonly sawWorker: boolean;
  readonly sawAction: boolean;
  readonly sawMetadata: boolean;
};

export const noProgress: Progress = {
  sawDhcp: false,
  sawLoader: false,
  sawKernel: false,
  sawWorker: false,
  sawAction: false,
  sawMetadata: false,
};

const firmware: Stage = { name: "firmware", owner: "firmware" };
const dhcp: Stage = { name: "DHCP", owner: "neverland" };
const loader: Stage = { name: "loader", owner: "neverland" };
const kernel: Stage = { name: "kernel+initramfs", owner: "neverland" };
const worker: Stage = { name: "worker up", owner: "neverland" };
const reboot: Stage = { name: "reboot", owner: "firmware" };
const osBoot: Stage = { name: "OS boot", owner: "os" };
const cloudInit: Stage = { name: "cloud-init", owner: "os" };
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
      return beforeOs(progress) ? loader : reboot;
    case "kernel":
      return kernel;
    case "worker":
      return progress.sawAction ? undefined : worker;
    case "power":
      return progress.sawWorker ? reboot : undefined;
    case "metadata":
      return progress.sawMetadata ? cloudInit : osBoot;
    case "phoned-home":
      return cloudInit;
    case "login":
      return ssh;
    case "action-start":
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

export function advance(progress: Progress, { type }: TimelineEvent): Progress {
  const mark = markOf(type);
  return {
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
  if (progress.sawMetadata) return cloudInit;
  if (progress.sawAction) return isFromFirmware(event) ? reboot : osBoot;
  if (progress.sawKernel) return worker;
  if (!progress.sawDhcp) return firmware;
  // iPXE asks for an address anew once it was loaded.
  return progress.sawLoader && event.type === "DhcpOffer" ? loader : dhcp;
}
