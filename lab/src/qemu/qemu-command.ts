// The command line of one machine's QEMU, worked out from its spec. Each flag that is not plain has its reason here.
import type { MachineSpec } from "../machine/machine-spec.ts";

export type Accelerator = "kvm" | "tcg";

/** Where the machine's Ethernet cable ends: a tap of the lab's bridge, or a datagram socket handed to QEMU. */
export type QemuLink =
  | { readonly kind: "tap"; readonly tapName: string }
  | { readonly kind: "socket"; readonly fd: number };

export interface QemuFiles {
  readonly disk: string;
  readonly uefiCode: string;
  readonly uefiVars: string;
  readonly serialLog: string;
  readonly capture: string;
}

/** The descriptor on which QEMU finds its end of the QMP socket. */
export const qmpFd = 3;
/** The descriptor on which QEMU finds its end of a `socket` link. */
export const linkFd = 4;

/** Arguments for `qemu-system-x86_64`; the serial port is QEMU's own stdin and stdout. */
export function qemuArguments(spec: MachineSpec, files: QemuFiles, link: QemuLink, accelerator: Accelerator): string[] {
  return [
    ...["-name", spec.name, "-nodefaults", "-display", "none"],
    ...machineArguments(spec, accelerator),
    ...consoleArguments(files),
    ...networkArguments(spec, files, link),
    ...diskArguments(spec, files),
    // Without a source of entropy the guest's first SSH key waits for interrupts to be random enough.
    ...["-device", "virtio-rng-pci"],
    ...identityArguments(spec),
    ...(spec.firmware === "uefi" ? uefiArguments(spec, files) : []),
  ];
}

function machineArguments(spec: MachineSpec, accelerator: Accelerator): string[] {
  // graphics=off makes SeaBIOS and iPXE talk on the serial port. SMM only serves secure boot, which the lab does not do.
  const machine = spec.firmware === "bios" ? "q35,graphics=off,smm=off" : "q35,smm=off";
  return [
    ...["-machine", machine, "-accel", acceleratorArgument(accelerator)],
    ...["-cpu", cpuModels[accelerator], "-smp", String(spec.cpus), "-m", `${spec.memoryMiB}M`],
  ];
}

/** Emulation copies one byte at a time where a guest is told that string moves are fast (ERMS): a third of the time to write a disk. */
const cpuModels = { kvm: "host", tcg: "max,-erms" } as const;

function acceleratorArgument(accelerator: Accelerator): string {
  // One thread per processor, and room for all the code a boot translates, so that none is thrown away and done again.
  return accelerator === "kvm" ? "kvm" : "tcg,thread=multi,tb-size=512";
}

function consoleArguments(files: QemuFiles): string[] {
  return [
    // QEMU writes the log itself, so the log is whole even when the lab that reads along dies.
    ...[
      "-chardev",
      `stdio,id=serial0,signal=off,logfile=${escaped(files.serialLog)},logappend=on`,
      "-serial",
      "chardev:serial0",
    ],
    ...["-chardev", `socket,id=qmp0,fd=${qmpFd}`, "-mon", "chardev=qmp0,mode=control"],
  ];
}

const nicModels = { virtio: "virtio-net-pci", e1000: "e1000", e1000e: "e1000e" } as const;

function networkArguments(spec: MachineSpec, files: QemuFiles, link: QemuLink): string[] {
  // vnet_hdr=off: with it, QEMU 7.2 captures the header between tap and card as if it were part of the frame.
  const backend =
    link.kind === "tap"
      ? `tap,id=net0,ifname=${link.tapName},script=no,downscript=no,vnet_hdr=off`
      : `dgram,id=net0,local.type=fd,local.str=${link.fd}`;
  return [
    ...["-netdev", backend],
    ...["-device", `${nicModels[spec.nic]},netdev=net0,mac=${spec.mac},bootindex=1${romOption(spec)}`],
    ...["-object", `filter-dump,id=capture0,netdev=net0,file=${escaped(files.capture)},maxlen=65536`],
  ];
}

// An empty romfile leaves UEFI its own virtio driver and its own PXE client. It has no driver for the e1000 family
// but the one in iPXE's ROM, and a BIOS machine has no network boot without the ROM.
function romOption(spec: MachineSpec): string {
  return spec.firmware === "uefi" && spec.nic === "virtio" && spec.netboot !== "ipxe-rom" ? ",romfile=" : "";
}

function diskArguments(spec: MachineSpec, files: QemuFiles): string[] {
  // The host's crash is not the guest's: no flush reaches the real disk. Zeroes written leave holes in the file.
  const drive = `if=none,id=disk0,file=${escaped(files.disk)},format=raw,cache=unsafe,aio=threads,discard=unmap,detect-zeroes=unmap`;
  return ["-drive", drive, ...diskDevice(spec)];
}

function diskDevice(spec: MachineSpec): string[] {
  const identity = `serial=${spec.serial.slice(0, 20)},bootindex=2`;
  if (spec.disk === "virtio") return ["-device", `virtio-blk-pci,drive=disk0,${identity}`];
  if (spec.disk === "nvme") return ["-device", `nvme,drive=disk0,${identity}`];
  return ["-device", `ide-hd,bus=ide.0,drive=disk0,${identity}`]; // q35's own AHCI controller
}

function identityArguments(spec: MachineSpec): string[] {
  const system = `type=1,manufacturer=Neverland,product=Lab,serial=${escaped(spec.serial)},uuid=${spec.uuid}`;
  return ["-uuid", spec.uuid, "-smbios", system];
}

function uefiArguments(spec: MachineSpec, files: QemuFiles): string[] {
  const knob = (name: string, value: "y" | "n"): string[] => [
    "-fw_cfg",
    `name=opt/org.tianocore/${name},string=${value}`,
  ];
  return [
    ...["-drive", `if=pflash,unit=0,format=raw,readonly=on,file=${escaped(files.uefiCode)}`],
    ...["-drive", `if=pflash,unit=1,format=raw,file=${escaped(files.uefiVars)}`],
    // Each protocol left on is tried in turn before the disk, and costs its own time-out.
    ...knob("IPv6PXESupport", "n"),
    ...(spec.netboot === "http" ? knob("IPv4PXESupport", "n") : []),
  ];
}

/** QEMU's option syntax: a comma in a value is written twice. */
function escaped(value: string): string {
  return value.replaceAll(",", ",,");
}
