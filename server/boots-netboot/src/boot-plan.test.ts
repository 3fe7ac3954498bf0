// What each kind of client is to boot.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type ClientIdentity,
  type Ipv4Address,
  joinOptions,
  type MacAddress,
  readClientIdentity,
} from "@neverland/protocols";
import { type BootSubject, planBoot } from "./boot-plan.ts";
import { captured } from "./testing/captured.ts";

const serverAddress = "10.77.0.1" as Ipv4Address;
const config = {
  httpBaseUrl: "http://10.77.0.1:7080",
  serverAddress,
  architectureBinaries: new Map([[11, "own.efi"]]),
};
const subject: BootSubject = {
  mac: "52:54:00:00:00:32" as MacAddress,
  netboot: { allowPXE: true },
  tftpServerName: undefined,
  bootFileName: undefined,
};
const script = "http://10.77.0.1:7080/ipxe/script/52:54:00:00:00:32/auto.ipxe";
const pxe: ClientIdentity = {
  vendorClass: "PXEClient:Arch:00000:UNDI:002001",
  userClasses: [],
  architecture: 0,
  uuid: undefined,
};
const fileOf = (client: ClientIdentity, changed: Partial<BootSubject> = {}) => {
  const plan = planBoot(client, { ...subject, ...changed }, config);
  return "file" in plan ? plan.file : plan.kind;
};

test("captured clients get what they can boot", () => {
  const file = (name: string, at: number) => fileOf(readClientIdentity(joinOptions(captured(name, at))));
  assert.equal(file("bios-virtio-ipxerom", 0), script);
  assert.equal(file("undionly", 4), script);
  assert.equal(file("efi-virtio-native", 0), "snponly.efi");
  assert.equal(file("efi-http-native", 0), "http://10.77.0.1:7080/ipxe/binary/52:54:00:00:00:32/snponly.efi");
  assert.equal(file("e2e-bios-ec2", 4), "not-asked");
  assert.equal(file("e2e-bios-ec2", 12), "not-asked");
});

test("upstream's own iPXE is at the script stage, in either form of its user class", () => {
  assert.equal(fileOf({ ...pxe, userClasses: ["Tinkerbell"] }), script);
  assert.equal(fileOf({ ...pxe, userClasses: ["other", "iPXE"] }), script);
});

test("the architecture decides the binary", () => {
  const binary = (architecture: number) => fileOf({ ...pxe, architecture });
  assert.deepEqual([0, 1, 5, 20].map(binary), Array(4).fill("undionly.kpxe"));
  assert.deepEqual([6, 7, 9, 15, 16].map(binary), Array(5).fill("snponly.efi"));
  assert.deepEqual([10, 18, 19, 41].map(binary), Array(4).fill("snp-arm64.efi"));
  assert.equal(binary(12), "/netboot-not-allowed");
});

test("the configured table goes before the built-in one, the machine's own binary before both", () => {
  assert.equal(fileOf({ ...pxe, architecture: 11 }), "own.efi");
  assert.equal(
    fileOf({ ...pxe, architecture: 11 }, { netboot: { allowPXE: true, ipxe: { binary: "mine.efi" } } }),
    "mine.efi",
  );
});

test("the ROM of a Raspberry Pi is one although it announces a PC, and UEFI on a Pi is what it says", () => {
  const mac = "dc:a6:32:00:00:01" as MacAddress;
  assert.equal(fileOf(pxe, { mac }), "snp-arm64.efi");
  const planned = planBoot({ ...pxe, architecture: 41 }, { ...subject, mac }, config);
  assert.ok(planned.kind === "binary" && planned.isRaspberryPi && !planned.isTakenForBios);
  assert.equal(fileOf({ ...pxe, architecture: 11 }, { mac }), "own.efi");
});

test("a machine's own script takes the place of ours", () => {
  const netboot = { allowPXE: true, ipxe: { url: "http://10.77.0.9/own.ipxe" } };
  assert.equal(fileOf({ ...pxe, userClasses: ["iPXE"] }, { netboot }), "http://10.77.0.9/own.ipxe");
});

test("a client that lacks what firmware sends is not netbooted", () => {
  assert.equal(fileOf({ ...pxe, vendorClass: "udhcp 1.35.0" }), "not-asked");
});

test("firmware that leaves out option 93 is known by option 60, and is a PC's BIOS where that does not name what it is", () => {
  const unnamed = { ...pxe, architecture: undefined };
  assert.equal(fileOf({ ...unnamed, vendorClass: "PXEClient:Arch:00007:UNDI:003016" }), "snponly.efi");
  assert.equal(fileOf({ ...unnamed, vendorClass: "PXEClient" }), "undionly.kpxe");
  assert.equal(
    fileOf({ ...unnamed, vendorClass: "HTTPClient" }),
    "http://10.77.0.1:7080/ipxe/binary/52:54:00:00:00:32/netboot-not-allowed",
  );
});

test("firmware that leaves out option 60 is known by option 93, which no installed system sends", () => {
  assert.equal(fileOf({ ...pxe, vendorClass: "", architecture: 7 }), "snponly.efi");
  assert.equal(fileOf({ ...pxe, vendorClass: "", architecture: undefined }), "not-asked");
});

test("half of an operator's server and file is none", () => {
  assert.equal(fileOf(pxe, { tftpServerName: "10.0.0.9" }), "undionly.kpxe");
});
