import assert from "node:assert/strict";
import { test } from "node:test";
import { machineSpec } from "../machine/machine-spec.ts";
import { type QemuFiles, qemuArguments } from "./qemu-command.ts";

const files: QemuFiles = {
  disk: "/lab/a,b/disk.raw",
  uefiCode: "/OVMF_CODE.fd",
  uefiVars: "/lab/uefi-vars.fd",
  serialLog: "/lab/serial.log",
  capture: "/lab/network-1.pcap",
};
const base = { name: "m1", mac: "02:00:00:00:00:01" };

test("a BIOS machine on a tap, emulated", () => {
  const args = qemuArguments(machineSpec(base), files, { kind: "tap", tapName: "tap0" }, "tcg");
  assert.deepEqual(args, [
    ...["-name", "m1", "-nodefaults", "-display", "none"],
    ...["-machine", "q35,graphics=off,smm=off", "-accel", "tcg,thread=multi,tb-size=512"],
    ...["-cpu", "max,-erms", "-smp", "1", "-m", "1024M"],
    ...["-chardev", "stdio,id=serial0,signal=off,logfile=/lab/serial.log,logappend=on", "-serial", "chardev:serial0"],
    ...["-chardev", "socket,id=qmp0,fd=3", "-mon", "chardev=qmp0,mode=control"],
    ...["-netdev", "tap,id=net0,ifname=tap0,script=no,downscript=no,vnet_hdr=off"],
    ...["-device", "virtio-net-pci,netdev=net0,mac=02:00:00:00:00:01,bootindex=1"],
    ...["-object", "filter-dump,id=capture0,netdev=net0,file=/lab/network-1.pcap,maxlen=65536"],
    "-drive",
    "if=none,id=disk0,file=/lab/a,,b/disk.raw,format=raw,cache=unsafe,aio=threads,discard=unmap,detect-zeroes=unmap",
    ...["-device", "virtio-blk-pci,drive=disk0,serial=LAB-020000000001,bootindex=2"],
    ...["-device", "virtio-rng-pci"],
    ...["-uuid", "4c414220-0000-4000-8000-020000000001"],
    "-smbios",
    "type=1,manufacturer=Neverland,product=Lab,serial=LAB-020000000001,uuid=4c414220-0000-4000-8000-020000000001",
  ]);
});

test("a UEFI machine with KVM gets its firmware, and no network boot but PXE over IPv4", () => {
  const spec = machineSpec({ ...base, firmware: "uefi", disk: "nvme", cpus: 2 });
  const line = qemuArguments(spec, files, { kind: "socket", fd: 4 }, "kvm").join(" ");
  assert.match(line, /-accel kvm -cpu host -smp 2 /);
  assert.match(line, /-netdev dgram,id=net0,local\.type=fd,local\.str=4 /);
  assert.match(line, /bootindex=1,romfile= /);
  assert.match(line, /-device nvme,drive=disk0,serial=LAB-020000000001,bootindex=2 /);
  assert.match(line, /-drive if=pflash,unit=0,format=raw,readonly=on,file=\/OVMF_CODE\.fd /);
  assert.match(line, /IPv6PXESupport,string=n$/);
});

test("a UEFI machine keeps its card's ROM where only that can drive the card", () => {
  const lineOf = (change: object): string =>
    qemuArguments(machineSpec({ ...base, firmware: "uefi", ...change }), files, { kind: "socket", fd: 4 }, "tcg").join(
      " ",
    );
  assert.doesNotMatch(lineOf({ nic: "e1000" }), /romfile=/);
  assert.doesNotMatch(lineOf({ netboot: "ipxe-rom" }), /romfile=/);
  assert.match(lineOf({ netboot: "http" }), /IPv4PXESupport,string=n/);
});
