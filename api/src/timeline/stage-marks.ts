// Which part of a machine's way from power-on to login ends with an event.
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

const refusals = new Set(["HttpRefused", "TftpRefused", "DhcpIgnored", "TftpIgnored"]);
const actionEnds = new Set(["ActionSucceeded", "ActionFailed", "ActionTimedOut"]);

/** @returns The stage whose time ends at the event; `undefined` when the event is not one that ends a stage. */
export function stageEndedBy(event: TimelineEvent, progress: Progress): Stage | undefined {
  switch (event.type) {
    case "DhcpOffer":
    case "DhcpAck":
      return dhcpStage(event, progress);
    case "RouterAdvertised":
      return beforeOs(progress) ? dhcp : undefined;
    case "TftpRead":
    case "BinaryServed":
    case "ScriptServed":
      return beforeOs(progress) ? loader : reboot;
    case "KernelServed":
    case "InitrdServed":
      return kernel;
    case "WorkerAsked":
      return progress.sawAction ? undefined : worker;
    case "Reset":
    case "PoweredOn":
      return progress.sawWorker ? reboot : undefined;
    case "MetadataServed":
    case "UserDataServed":
      return progress.sawMetadata ? cloudInit : osBoot;
    case "PhonedHome":
      return cloudInit;
    case "SshReady":
      return ssh;
    default:
      return otherStage(event, progress);
  }
}

export function advance(progress: Progress, { type }: TimelineEvent): Progress {
  return {
    sawDhcp: progress.sawDhcp || type === "DhcpOffer" || type === "DhcpAck",
    sawLoader: progress.sawLoader || ["TftpRead", "BinaryServed", "ScriptServed"].includes(type),
    sawKernel: progress.sawKernel || type === "KernelServed" || type === "InitrdServed",
    sawWorker: progress.sawWorker || type === "WorkerAsked",
    sawAction: progress.sawAction || type === "ActionStarted" || actionEnds.has(type),
    sawMetadata: progress.sawMetadata || type === "MetadataServed" || type === "UserDataServed",
  };
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

function otherStage(event: TimelineEvent, progress: Progress): Stage | undefined {
  if (event.type === "ActionStarted" || actionEnds.has(event.type))
    return { name: `action ${actionOf(event)}`, owner: "action" };
  if (!refusals.has(event.type)) return undefined;
  // What is refused is how a machine that is not to be netbooted any more is sent on to its disk.
  if (progress.sawAction) return reboot;
  return progress.sawDhcp && !progress.sawKernel ? loader : undefined;
}
