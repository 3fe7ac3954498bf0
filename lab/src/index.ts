// What other packages may use of the lab.
export {
  type AcceleratorChoice,
  type AcceleratorDeps,
  type AcceleratorWish,
  chooseAccelerator,
} from "./accelerator.ts";
export { waitForDhcp, waitForFrame } from "./capture-watch.ts";
export { labDebianPackages } from "./debian-packages.ts";
export { type DhcpFrame, readDhcpFrame } from "./dhcp-frame.ts";
export { destroyLab, labExecCommand, openLab, type RunningLab, startLab } from "./lab-client.ts";
export { type LabDaemonOptions, labApiPort, labApiSocket, runLabDaemon } from "./lab-daemon.ts";
export { LabError, type LabErrorCode } from "./lab-error.ts";
export { type LabEvent, timelineEvent } from "./lab-event.ts";
export { answerOrder, orderInLab } from "./lab-order.ts";
export { LabMachine } from "./machine.ts";
export { type MachineRequest, type MachineSpec, machineSpec, type Netboot } from "./machine-spec.ts";
export {
  insideLabNamespace,
  type LabNamespace,
  type LabNamespaceOptions,
  requireLabNamespace,
  runInLabNamespace,
} from "./namespace.ts";
export { joinCommand, labNamespaceMark } from "./namespace-command.ts";
export { type NetworkOptions, tunRefusal } from "./network.ts";
export { type CapturedFrame, readPcap } from "./pcap.ts";
export { type Forward, forwardFromHost, forwardIntoLab } from "./port-forward.ts";
export type { Accelerator } from "./qemu-command.ts";
export { openRack, Rack, type RackOptions, type RackRequest } from "./rack.ts";
export { type SshTarget, waitForSsh } from "./ssh-probe.ts";
