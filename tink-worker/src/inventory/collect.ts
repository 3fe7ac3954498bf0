// Reads /proc and /sys, and hands their texts to the parsers.

import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { type AgentAttributes, AgentAttributesSchema } from "@neverland/api/workflow";
import {
  blockDevice,
  isDisk,
  networkInterface,
  parseCpuinfo,
  parseMeminfo,
  type SysFiles,
} from "./hardware-parsers.ts";

/** A machine's facts for GetAction. What cannot be read is left out: no fact is worth a machine that does not install.
 *  @param root Before `/proc` and `/sys`; empty but for tests. */
export function collectAttributes(root = ""): AgentAttributes {
  const read = (path: string): string => readText(join(root, path)) ?? "";
  const dmi = filesOf(`${root}/sys/class/dmi/id`, dmiFiles);
  const pci = pciDevices(`${root}/sys/bus/pci/devices`);
  return create(AgentAttributesSchema, {
    cpu: parseCpuinfo(read("/proc/cpuinfo")),
    memory: parseMeminfo(read("/proc/meminfo")),
    block: each(`${root}/sys/block`, blockFiles).flatMap(([name, files]) =>
      isDisk(name, files) ? [blockDevice(name, files)] : [],
    ),
    network: each(`${root}/sys/class/net`, netFiles).flatMap(([name, files]) =>
      name === "lo" ? [] : [networkInterface(name, files)],
    ),
    pci,
    gpu: pci.filter(({ class: kind }) => kind.startsWith("0x03")),
    ...fromDmi(dmi),
  });
}

const dmiFiles = [
  ...["bios_vendor", "bios_version", "bios_date", "board_vendor", "board_name", "board_version", "board_serial"],
  ...["chassis_serial", "chassis_vendor", "product_name", "product_serial", "sys_vendor"],
];
const blockFiles = [
  ...["size", "removable", "serial", "wwid", "queue/rotational", "queue/physical_block_size"],
  ...["device/vendor", "device/model", "device/wwid", "device/serial"],
];
const netFiles = ["address", "speed", "operstate"];
const pciFiles = ["vendor", "device", "class"];

function fromDmi(dmi: SysFiles) {
  const text = (name: string): string => dmi.get(name) ?? "";
  return {
    chassis: { serial: text("chassis_serial"), vendor: text("chassis_vendor") },
    bios: { vendor: text("bios_vendor"), version: text("bios_version"), releaseDate: text("bios_date") },
    baseboard: {
      ...{ vendor: text("board_vendor"), product: text("board_name") },
      ...{ version: text("board_version"), serialNumber: text("board_serial") },
    },
    product: { name: text("product_name"), vendor: text("sys_vendor"), serialNumber: text("product_serial") },
  };
}

type Pci = Readonly<Record<"vendor" | "product" | "class" | "driver", string>>;

/** Numbers, not names: a list of names would be larger than the worker. */
function pciDevices(directory: string): Pci[] {
  return each(directory, pciFiles).map(([address, files]) => ({
    vendor: files.get("vendor") ?? "",
    product: files.get("device") ?? "",
    class: files.get("class") ?? "",
    driver: linkName(join(directory, address, "driver")),
  }));
}

function each(directory: string, names: readonly string[]): [string, SysFiles][] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .toSorted()
    .map((entry) => [entry, filesOf(join(directory, entry), names)]);
}

function filesOf(directory: string, names: readonly string[]): SysFiles {
  return new Map(
    names.flatMap((name) => {
      const text = readText(join(directory, name));
      return text === undefined ? [] : [[name, text.trim()] as const];
    }),
  );
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // a link that is down has no speed, a virtual disk no serial: EINVAL and ENOENT are normal in /sys
  }
}

function linkName(path: string): string {
  try {
    return basename(readlinkSync(path));
  } catch {
    return ""; // a device without a driver
  }
}
