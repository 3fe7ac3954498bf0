// What a lab machine is made of, with the defaults, checked before anything starts.
import { LabError } from "../lab-error.ts";
import { type MacAddress, parseMacAddress } from "./mac-address.ts";

/** How the firmware gets its first program from the network.
 *  `native` is the firmware's own PXE client; on BIOS that is iPXE, since QEMU has no other.
 *  `ipxe-rom` puts iPXE in the network card of a UEFI machine; `http` leaves UEFI only HTTP boot. */
export type Netboot = "native" | "ipxe-rom" | "http";

export interface MachineSpec {
  /** Letters, digits, dot and dash; names the machine's folder. */
  readonly name: string;
  readonly firmware: "bios" | "uefi";
  readonly mac: MacAddress;
  readonly memoryMiB: number;
  /** A sparse raw file: the format that costs an emulated machine the least. */
  readonly diskGiB: number;
  readonly cpus: number;
  readonly nic: "virtio" | "e1000" | "e1000e";
  readonly disk: "virtio" | "nvme" | "sata";
  readonly netboot: Netboot;
  /** SMBIOS identity; the firmware sends the UUID as DHCP option 97. */
  readonly uuid: string;
  readonly serial: string;
  /** Presses a key when iPXE waits two seconds for Ctrl-B, as somebody at the console could. */
  readonly hurryIpxe: boolean;
}

/** A spec as written by people: a name and a MAC are enough. */
export type MachineRequest = { readonly name: string; readonly mac: string } & Partial<
  Omit<MachineSpec, "name" | "mac">
>;

/** Fills in defaults and checks. @throws {LabError} `bad-spec`, naming the field. */
export function machineSpec(request: MachineRequest): MachineSpec {
  const mac = parseMacAddress(request.mac);
  const spec: MachineSpec = {
    firmware: "bios",
    memoryMiB: 1024,
    diskGiB: 8,
    cpus: 1,
    nic: "virtio",
    disk: "virtio",
    netboot: "native",
    uuid: uuidOf(mac),
    serial: `LAB-${mac.replaceAll(":", "").toUpperCase()}`,
    hurryIpxe: true,
    ...request,
    mac,
  };
  check(spec);
  return spec;
}

const fieldNames = new Set([
  "name",
  "firmware",
  "mac",
  "memoryMiB",
  "diskGiB",
  "cpus",
  "nic",
  "disk",
  "netboot",
  "uuid",
  "serial",
  "hurryIpxe",
]);

// A machine keeps its UUID over every restart of the lab, so it is made from the MAC and not by chance.
function uuidOf(mac: MacAddress): string {
  return `4c414220-0000-4000-8000-${mac.replaceAll(":", "")}`;
}

function check(spec: MachineSpec): void {
  for (const field of Object.keys(spec))
    if (!fieldNames.has(field))
      throw new LabError(
        "bad-spec",
        `machine ${spec.name}: there is no field ${field}; there are: ${[...fieldNames].join(", ")}`,
      );
  const fields: readonly [keyof MachineSpec, boolean, string][] = [
    ["name", /^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$/.test(spec.name), "letters, digits, dots and dashes, at most 63"],
    ["firmware", ["bios", "uefi"].includes(spec.firmware), "bios or uefi"],
    ["memoryMiB", isWithin(spec.memoryMiB, 64, 1 << 20), "a whole number from 64 to 1048576"],
    ["diskGiB", isWithin(spec.diskGiB, 1, 16_384), "a whole number from 1 to 16384"],
    ["cpus", isWithin(spec.cpus, 1, 64), "a whole number from 1 to 64"],
    ["nic", ["virtio", "e1000", "e1000e"].includes(spec.nic), "virtio, e1000 or e1000e"],
    ["disk", ["virtio", "nvme", "sata"].includes(spec.disk), "virtio, nvme or sata"],
    ["netboot", ["native", "ipxe-rom", "http"].includes(spec.netboot), "native, ipxe-rom or http"],
    ["uuid", /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(spec.uuid), "a UUID"],
    ["hurryIpxe", typeof spec.hurryIpxe === "boolean", "true or false"],
    ["serial", /^[\w.:/;=-]{1,128}$/.test(spec.serial), "up to 128 letters, digits and . : / ; = - _"],
  ];
  for (const [field, good, wanted] of fields)
    if (!good)
      throw new LabError(
        "bad-spec",
        `machine ${spec.name}: ${field} is ${JSON.stringify(spec[field])}; it must be ${wanted}`,
      );
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
