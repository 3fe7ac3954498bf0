// Texts in the kernel's own form, shortened: an x86 machine of two sockets with two cores of two threads, an arm64 board.

import assert from "node:assert/strict";
import { test } from "node:test";
import { blockDevice, formatSize, isDisk, networkInterface, parseCpuinfo, parseMeminfo } from "./hardware-parsers.ts";

const thread = (processor: number, socket: number, core: number): string =>
  `processor\t: ${processor}\nvendor_id\t: AuthenticAMD\nmodel name\t: QEMU Virtual CPU version 2.5+\nphysical id\t: ${socket}\nsiblings\t: 4\ncore id\t\t: ${core}\ncpu cores\t: 2\nflags\t\t: fpu de pse lm\n`;
const twoSockets = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => thread(n, n >> 2, (n >> 1) & 1)).join("\n");

const raspberry = `processor	: 0
BogoMIPS	: 108.00
Features	: fp asimd evtstrm crc32 cpuid
CPU implementer	: 0x41
CPU part	: 0xd08

processor	: 1
BogoMIPS	: 108.00
Features	: fp asimd evtstrm crc32 cpuid
CPU implementer	: 0x41
CPU part	: 0xd08

Hardware	: BCM2835
Model		: Raspberry Pi 4 Model B Rev 1.4
`;

test("cores and threads are counted per socket", () => {
  const cpu = parseCpuinfo(twoSockets);
  assert.deepEqual([cpu.totalCores, cpu.totalThreads], [4, 8]);
  assert.deepEqual(cpu.processors?.[1], {
    id: 1,
    cores: 2,
    threads: 4,
    vendor: "AuthenticAMD",
    model: "QEMU Virtual CPU version 2.5+",
    capabilities: ["fpu", "de", "pse", "lm"],
  });
});

test("an arm64 board has its cores without core ids", () => {
  const cpu = parseCpuinfo(raspberry);
  assert.deepEqual([cpu.totalCores, cpu.totalThreads, cpu.processors?.length], [2, 2, 1]);
});

test("memory is written for people", () => {
  const meminfo = "MemTotal:         498912 kB\nMemFree:          301232 kB\nMemAvailable:     411040 kB\n";
  assert.deepEqual(parseMeminfo(meminfo), { total: "487MB", usable: "401MB" });
});

test("sizes have the unit below them", () => {
  assert.deepEqual([0, 512, 4096, 32 * 2 ** 30, 1023].map(formatSize), ["0B", "512B", "4KB", "32GB", "1023B"]);
});

test("an NVMe disk is described by its files", () => {
  const files = new Map([
    ["size", "1953525168"],
    ["removable", "0"],
    ["queue/rotational", "0"],
    ["queue/physical_block_size", "512"],
    ["device/model", "Samsung SSD 970 EVO Plus 1TB"],
    ["device/serial", "S4EWNX0R"],
    ["wwid", "eui.0025385901404e3a"],
  ]);
  assert.deepEqual(blockDevice("nvme0n1", files), {
    name: "nvme0n1",
    controllerType: "NVMe",
    driveType: "SSD",
    size: "932GB",
    physicalBlockSize: "512B",
    vendor: "",
    model: "Samsung SSD 970 EVO Plus 1TB",
    wwn: "eui.0025385901404e3a",
    serialNumber: "S4EWNX0R",
  });
});

test("loop devices, CDs and empty card readers are no disks", () => {
  const full = new Map([["size", "100"]]);
  assert.deepEqual(
    ["loop0", "sr0", "zram0", "sda", "vda", "mmcblk0"].filter((name) => isDisk(name, full)),
    ["sda", "vda", "mmcblk0"],
  );
  assert.equal(isDisk("sdb", new Map([["size", "0"]])), false);
});

test("an interface without a link has no speed", () => {
  const down = new Map([
    ["address", "52:54:00:00:00:01"],
    ["speed", "-1"],
    ["operstate", "down"],
  ]);
  assert.deepEqual(networkInterface("eth0", down), {
    name: "eth0",
    mac: "52:54:00:00:00:01",
    speed: "",
    enabledCapabilities: [],
  });
});
