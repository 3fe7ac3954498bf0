// Facts about a machine out of the kernel's own texts.

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { BlockSchema, CPUSchema, MemorySchema, NetworkSchema } from "@neverland/api/workflow";

type Cpu = MessageInitShape<typeof CPUSchema>;
type Memory = MessageInitShape<typeof MemorySchema>;
type Block = MessageInitShape<typeof BlockSchema>;
type Network = MessageInitShape<typeof NetworkSchema>;

/** Reads /proc/cpuinfo of x86 and arm64, one block of lines per hardware thread. */
export function parseCpuinfo(text: string): Cpu {
  const threads = text
    .split(/\n\s*\n/)
    .map(fields)
    .filter((thread) => thread.has("processor"));
  const packages = Map.groupBy(threads, (thread) => thread.get("physical id") ?? "0");
  const processors = [...packages].map(([id, members]) => {
    const [first] = members;
    return {
      id: Number(id),
      cores: coresOf(members),
      threads: members.length,
      vendor: first?.get("vendor_id") ?? first?.get("CPU implementer") ?? "",
      model: first?.get("model name") ?? first?.get("CPU part") ?? "",
      capabilities: (first?.get("flags") ?? first?.get("Features") ?? "").split(" ").filter((flag) => flag !== ""),
    };
  });
  return {
    totalCores: processors.reduce((sum, { cores }) => sum + cores, 0),
    totalThreads: threads.length,
    processors,
  };
}

function coresOf(threads: readonly ReadonlyMap<string, string>[]): number {
  return new Set(threads.map((thread) => thread.get("core id") ?? thread.get("processor"))).size;
}

function fields(block: string): ReadonlyMap<string, string> {
  const pairs = block.split("\n").flatMap((line) => {
    const colon = line.indexOf(":");
    return colon === -1 ? [] : [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const];
  });
  return new Map(pairs);
}

/** Reads /proc/meminfo. `total` counts only what the kernel manages: firmware's share is not in there. */
export function parseMeminfo(text: string): Memory {
  const totalKiB = Number(/^MemTotal:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0);
  const usableKiB = Number(/^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0);
  return { total: formatSize(totalKiB * 1024), usable: formatSize(usableKiB * 1024) };
}

/** In powers of 1024 and without fraction, as agents have always written it: `32GB`. */
export function formatSize(sizeBytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB", "PB"];
  const unit = Math.min(units.length - 1, sizeBytes < 1 ? 0 : Math.floor(Math.log2(sizeBytes) / 10));
  return `${Math.round(sizeBytes / 1024 ** unit)}${units[unit]}`;
}

/** Texts of a directory below /sys, by relative path; what is not there is missing. */
export type SysFiles = ReadonlyMap<string, string>;

/** @param name Such as `nvme0n1`. @param files Of /sys/block/NAME. */
export function blockDevice(name: string, files: SysFiles): Block {
  const rotational = files.get("queue/rotational") === "1";
  return {
    name,
    controllerType: controllerOf(name),
    driveType: files.get("removable") === "1" ? "Removable" : rotational ? "HDD" : "SSD",
    size: formatSize(Number(files.get("size") ?? 0) * 512),
    physicalBlockSize: formatSize(Number(files.get("queue/physical_block_size") ?? 0)),
    vendor: files.get("device/vendor") ?? "",
    model: files.get("device/model") ?? "",
    wwn: files.get("wwid") ?? files.get("device/wwid") ?? "",
    serialNumber: files.get("serial") ?? files.get("device/serial") ?? "",
  };
}

function controllerOf(name: string): string {
  if (name.startsWith("nvme")) return "NVMe";
  if (name.startsWith("vd")) return "virtio";
  return name.startsWith("mmcblk") ? "MMC" : "SCSI";
}

/** Whether /sys/block/NAME is a disk somebody may install to: no loop, RAM or compressed-RAM device, no CD, not empty. */
export function isDisk(name: string, files: SysFiles): boolean {
  return !/^(loop|ram|zram|sr|fd|nbd|dm-|md)\d*/.test(name) && Number(files.get("size") ?? 0) > 0;
}

/** @param files Of /sys/class/net/NAME. */
export function networkInterface(name: string, files: SysFiles): Network {
  const megabits = Number(files.get("speed") ?? -1);
  return {
    name,
    mac: files.get("address") ?? "",
    speed: megabits > 0 ? `${megabits}Mb/s` : "",
    enabledCapabilities: files.get("operstate") === "up" ? ["link"] : [],
  };
}
