// What other packages may use of the lab.

export { waitForDhcp, waitForFrame } from "./capture/capture-watch.ts";
export { type DhcpFrame, readDhcpFrame } from "./capture/dhcp-frame.ts";
export { type CapturedFrame, readPcap } from "./capture/pcap.ts";
export { destroyLab, labExecCommand, openLab, type RunningLab, startLab } from "./daemon/lab-client.ts";
export { type LabDaemonOptions, labApiPort, labApiSocket, runLabDaemon } from "./daemon/lab-daemon.ts";
export { labDebianPackages } from "./debian-packages.ts";
export { LabError, type LabErrorCode } from "./lab-error.ts";
export { type LabEvent, timelineEvent } from "./machine/lab-event.ts";
export { LabMachine } from "./machine/machine.ts";
export { type MachineRequest, type MachineSpec, machineSpec, type Netboot } from "./machine/machine-spec.ts";
export { type SshTarget, waitForSsh } from "./machine/ssh-probe.ts";
export { answerOrder, orderInLab } from "./namespace/lab-order.ts";
export {
  insideLabNamespace,
  type LabNamespace,
  type LabNamespaceOptions,
  requireLabNamespace,
  runInLabNamespace,
} from "./namespace/namespace.ts";
export { joinCommand, labNamespaceMark } from "./namespace/namespace-command.ts";
export { type Forward, forwardFromHost, forwardIntoLab } from "./namespace/port-forward.ts";
export { type NetworkOptions, tunRefusal } from "./network/network.ts";
export {
  type AcceleratorChoice,
  type AcceleratorDeps,
  type AcceleratorWish,
  chooseAccelerator,
} from "./qemu/accelerator.ts";
export type { Accelerator } from "./qemu/qemu-command.ts";
export { openRack, Rack, type RackOptions, type RackRequest } from "./rack.ts";
