// What machines of the field sent, and were answered wrongly or not at all: see protocols/fixtures/field/SOURCES.md.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readManifest } from "@neverland/api/manifest";
import type { KnownHardware } from "@neverland/machines/machine-card.ts";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import {
  clientMac,
  decodeDhcpMessage,
  decodeTftpRequest,
  encodeDhcpMessage,
  type Ipv4Address,
  joinOptions,
  type MacAddress,
} from "@neverland/protocols";
import { parseRequestedFile } from "./boot-files.ts";
import { composeReply } from "./dhcp/dhcp-reply.ts";
import { respondToDhcp } from "./dhcp/dhcp-responder.ts";

const fixtures = join(import.meta.dirname, "../../../protocols/fixtures/field");
const serverAddress = "10.77.0.1" as Ipv4Address;
const plan = { httpBaseUrl: "http://10.77.0.1:7080", serverAddress, architectureBinaries: new Map() };

function bytesOf(file: string): Uint8Array {
  return Uint8Array.from(Buffer.from(readFileSync(join(fixtures, file), "utf8").trim(), "hex"));
}

/** @param mac Of the one machine, in place of its own. */
function machinesIn(file: string, mac?: MacAddress): MachineIndex {
  const text = readFileSync(join(fixtures, file), "utf8");
  const manifest = readManifest(mac === undefined ? text : text.replace(/mac: ".*"/, `mac: "${mac}"`), file);
  assert.ok(manifest.ok);
  const index = new MachineIndex();
  for (const { resource } of manifest.resources) index.upsert(resource as KnownHardware);
  return index;
}

/** The datagram that goes back, and what a receiver sees of it. */
function offerTo(folder: string, datagram: string, hardware = `${folder}/hardware.yaml`) {
  const message = decodeDhcpMessage(bytesOf(`${folder}/${datagram}`));
  const mac = clientMac(message) as MacAddress; // all of these are Ethernet's
  const machine = machinesIn(hardware, mac).reservation(mac);
  const decision = respondToDhcp(
    message,
    machine,
    { holder: () => undefined },
    { serverAddress, syslogAddress: undefined, plan },
  );
  assert.ok(decision.kind === "reply");
  const bytes = encodeDhcpMessage(composeReply(decision, { serverAddress, syslogAddress: undefined }).message);
  const reply = decodeDhcpMessage(bytes);
  const options = joinOptions(reply);
  const hex = (code: number) => Buffer.from(options.get(code) ?? []).toString("hex");
  return { bytes, hex, file: Buffer.from(reply.file).toString("latin1").replace(/\0+$/, "") };
}

const pxeClient = Buffer.from("PXEClient").toString("hex");

for (const datagram of ["discover-pi4.hex", "discover-pi5.hex"])
  test(`the boot ROM of ${datagram} finds in the offer the words that it looks for`, () => {
    const { hex, file } = offerTo("09-raspberry-pi-netboot", datagram);
    assert.equal(file, "snp-arm64.efi");
    assert.equal(hex(60), pxeClient);
    const prompt = `0a0400${Buffer.from("PXE").toString("hex")}`;
    const menu = `0914000011${Buffer.from("Raspberry Pi Boot").toString("hex")}`;
    assert.equal(hex(43), `060108${prompt}${menu}ff`);
  });

for (const [datagram, expected] of [
  ["arm64-without-93.hex", "snp-arm64.efi"],
  ["efi-without-93.hex", "snponly.efi"],
  ["efi-without-94.hex", "snponly.efi"],
  ["efi-without-60.hex", "snponly.efi"],
  ["pxeclient-alone.hex", "undionly.kpxe"],
  ["http-without-93.hex", "http://10.77.0.1:7080/ipxe/binary/0c:c4:7a:00:00:50/snp-arm64.efi"],
] as const)
  test(`firmware is known by what it does say: ${datagram}`, () => {
    assert.equal(offerTo("10-firmware-without-option-93-or-94", datagram).file, expected);
  });

for (const datagram of ["pxeclient-arch22.hex", "vci-armv8-with-93.hex", "vci-armv8-alone.hex"])
  test(`U-Boot on arm64 is given what starts UEFI programs there: ${datagram}`, () => {
    assert.equal(offerTo("11-u-boot-arm64", datagram).file, "snp-arm64.efi");
  });

test("UEFI on a Raspberry Pi is firmware as any other", () => {
  const { hex, file } = offerTo("09-raspberry-pi-netboot", "discover-pi4-uefi.hex");
  assert.deepEqual([file, hex(60), hex(43)], ["snp-arm64.efi", "", "060108ff"]);
});

for (const datagram of ["options-pad1.hex", "options-pad3.hex", "pad1.hex"])
  test(`zeros behind a read request are none of it: ${datagram}`, () => {
    const request = decodeTftpRequest(bytesOf(`12-tftp-request-with-padding/${datagram}`));
    assert.ok(request.op === "rrq");
    const options = { "options-pad1.hex": [["blksize", "1468"]], "options-pad3.hex": [["tsize", "0"]], "pad1.hex": [] };
    assert.deepEqual([request.file, request.mode], ["undionly.kpxe", "octet"]);
    assert.deepEqual([...request.options], options[datagram as keyof typeof options]);
  });

for (const [datagram, name, directory] of [
  ["ff.hex", "undionly.kpxe", ""],
  ["mac-dir-ff.hex", "snponly.efi", "52:54:00:00:00:01"],
] as const)
  test(`what firmware read beyond option 67 is no part of a name: ${datagram}`, () => {
    const request = decodeTftpRequest(bytesOf(`13-tftp-name-with-garbage/${datagram}`));
    assert.ok(request.op === "rrq");
    assert.deepEqual(parseRequestedFile(request.file), { name, directory });
  });

test("a zero follows options 66 and 67, for firmware that reads on until there is one", () => {
  const hardware = "13-tftp-name-with-garbage/hardware-operator.yaml";
  const message = decodeDhcpMessage(bytesOf("10-firmware-without-option-93-or-94/efi-without-94.hex"));
  const found = machinesIn(hardware).reservation("0c:c4:7a:00:00:50" as MacAddress);
  const config = { serverAddress, syslogAddress: undefined, plan };
  const decision = respondToDhcp(message, found, { holder: () => undefined }, config);
  assert.ok(decision.kind === "reply");
  const hex = Buffer.from(encodeDhcpMessage(composeReply(decision, config).message)).toString("hex");
  const hexOf = (text: string) => Buffer.from(text).toString("hex");
  assert.match(hex, new RegExp(`4209${hexOf("10.77.0.9")}00430a${hexOf("onie/x.bin")}00`));
});

test("static routes bring the gateway with them, for clients that pass over option 3 then", () => {
  const { hex } = offerTo("14-static-routes-and-gateway", "discover.hex");
  assert.equal(hex(3), "0a4d0001");
  assert.equal(hex(121), "180a05010a4d0008000a4d0001");
});
