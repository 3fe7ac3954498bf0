// Real firmware in QEMU against Boots: from power-on to the script, and on to the disk when netbooting is not allowed.
import assert from "node:assert/strict";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { BootsConfig } from "./boots-config.ts";
import { biosKernel, bootSector } from "./testing/boot-code.ts";
import { openRack, type RackEvent } from "./testing/boots-rack.ts";
import { testMachine } from "./testing/machines.ts";
import { type QemuOptions, startQemu } from "./testing/qemu-machine.ts";

const mac = "52:54:00:00:00:32";
const diskWord = "FROM-DISK";
const patienceMs = 240_000;

async function powerOn(firmware: QemuOptions["firmware"], allowPXE: boolean, config: Partial<BootsConfig> = {}) {
  const rack = await openRack(config, [testMachine(50, { netboot: { allowPXE } })]);
  const machine = await startQemu(rack, { firmware, mac, disk: bootSector(diskWord) }).catch(async (error: unknown) => {
    await rack.close();
    throw error;
  });
  const close = async () => {
    await machine.close();
    await rack.close();
  };
  return { rack, machine, [Symbol.asyncDispose]: close };
}

/** The stages on the timeline, without repeats. */
function stages(events: readonly RackEvent[]): string[] {
  const told = events
    .filter((event) => event.mac === mac)
    .map(({ type, data }) => [type, data?.plan].filter(Boolean).join(" "));
  return [...new Set(told)];
}

describe("firmware that is to be netbooted reaches its script", () => {
  test("SeaBIOS with iPXE's ROM, without waiting for IPv6 or a ProxyDHCP server", async (t) => {
    await using lab = await powerOn("bios", true);
    const script = await lab.rack.waitFor("script", ({ type }) => type === "ScriptServed", patienceMs);
    t.diagnostic(`script after ${script.atMs - lab.machine.startedAtMs} ms`);
    assert.deepEqual(stages(lab.rack.events), [
      "DhcpOffer script",
      "RouterAdvertised",
      "DhcpAck script",
      "ScriptServed",
    ]);
    const offer = lab.rack.events.find(({ type }) => type === "DhcpOffer");
    // Unanswered, the two waits take 16 s; emulated on a busy machine, what is left takes some 0.1 s.
    assert.ok(script.atMs - (offer?.atMs ?? 0) < 8000);
  });

  test("OVMF's own PXE client, by TFTP and iPXE", async (t) => {
    await using lab = await powerOn("uefi", true);
    const script = await lab.rack.waitFor("script", ({ type }) => type === "ScriptServed", patienceMs);
    t.diagnostic(`script after ${script.atMs - lab.machine.startedAtMs} ms`);
    // The first read is for the size alone.
    const expected = [
      "DhcpOffer binary",
      "DhcpAck binary",
      "TftpBrokenOff",
      "TftpRead",
      "DhcpOffer script",
      "RouterAdvertised",
      "DhcpAck script",
    ];
    assert.deepEqual(stages(lab.rack.events), [...expected, "ScriptServed"]);
  });

  test("OVMF's HTTP boot client, by HTTP and iPXE", async (t) => {
    await using lab = await powerOn("uefi-http", true);
    const script = await lab.rack.waitFor("script", ({ type }) => type === "ScriptServed", patienceMs);
    t.diagnostic(`script after ${script.atMs - lab.machine.startedAtMs} ms`);
    const expected = [
      "DhcpOffer binary",
      "DhcpAck binary",
      "BinaryServed",
      "DhcpOffer script",
      "RouterAdvertised",
      "DhcpAck script",
    ];
    assert.deepEqual(stages(lab.rack.events), [...expected, "ScriptServed"]);
  });
});

describe("the script", () => {
  let hookDirectory: string;
  const ramdisk = Buffer.alloc(4_000_000, "ramdisk ");

  beforeEach(async () => {
    hookDirectory = await mkdtemp(join(tmpdir(), "boots-hook-"));
    await writeFile(join(hookDirectory, "initramfs-x86_64"), ramdisk);
  });

  afterEach(() => rm(hookDirectory, { recursive: true }));

  test("loads and starts kernel and initial RAM disk under a BIOS", async () => {
    await writeFile(join(hookDirectory, "vmlinuz-x86_64"), biosKernel("FROM-KERNEL"));
    await using lab = await powerOn("bios", true, { hookDirectory });
    await lab.machine.serialShows("FROM-KERNEL", patienceMs);
    const [initrd] = lab.rack.events.filter(({ type }) => type === "InitrdServed");
    assert.deepEqual([initrd?.mac, initrd?.data?.sizeBytes], [mac, ramdisk.length]);
  });

  test("loads and starts kernel and initial RAM disk under UEFI", async () => {
    // A kernel is an EFI program there, and so is iPXE, which boots anew.
    await copyFile("/usr/lib/ipxe/ipxe.efi", join(hookDirectory, "vmlinuz-x86_64"));
    await using lab = await powerOn("uefi", true, { hookDirectory });
    const initrd = await lab.rack.waitFor("initial RAM disk", ({ type }) => type === "InitrdServed", patienceMs);
    const again = (event: RackEvent) => event.type === "ScriptServed" && event.atMs > initrd.atMs;
    await lab.rack.waitFor("script for the kernel", again, patienceMs);
  });

  for (const [firmware, shown] of [
    ["bios", diskWord],
    ["uefi", "UEFI Misc Device"],
  ] as const)
    test(`tries again and then goes on to the disk when there is no kernel (${firmware})`, async () => {
      await using lab = await powerOn(firmware, true);
      await lab.machine.serialShows(shown, patienceMs);
      assert.equal(lab.rack.events.filter(({ type }) => type === "ScriptServed").length > 0, true);
    });
});

describe("firmware that is not to be netbooted goes on to its disk", () => {
  test("SeaBIOS with iPXE's ROM", async (t) => {
    await using lab = await powerOn("bios", false);
    const diskAtMs = await lab.machine.serialShows(diskWord, patienceMs);
    t.diagnostic(`disk after ${diskAtMs - lab.machine.startedAtMs} ms`);
    const refused = lab.rack.events.find(({ type }) => type === "DhcpAck");
    assert.equal(refused?.reason, "NetbootNotAllowed");
    assert.ok(diskAtMs - (refused?.atMs ?? 0) < 8000);
  });

  test("OVMF with PXE and HTTP boot over IPv4 and IPv6, each of which it tries", async (t) => {
    await using lab = await powerOn("uefi-all", false);
    const diskAtMs = await lab.machine.serialShows("UEFI Misc Device", patienceMs);
    t.diagnostic(`disk after ${diskAtMs - lab.machine.startedAtMs} ms`);
    assert.deepEqual(stages(lab.rack.events), [
      "DhcpOffer refused",
      "DhcpAck refused",
      "TftpRefused",
      "Ipv6BootRefused",
      "HttpRefused",
    ]);
    // Four tries at 4 s, in which it collects offers. Left alone, the three after the first take 69 s each.
    const offer = lab.rack.events.find(({ type }) => type === "DhcpOffer");
    assert.ok(diskAtMs - (offer?.atMs ?? 0) < 60_000);
  });
});
