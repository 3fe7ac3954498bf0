// tink up --no-dhcp where dnsmasq answers DHCP, set up by examples/dnsmasq: firmware of each kind boots, and we stay silent.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { biosKernel } from "@neverland/boots-netboot/testing/boot-code.ts";
import { orderInLab } from "@neverland/lab";
import type { BesideDnsmasqOrder, BesideDnsmasqResult } from "../../testing/boot-beside-dnsmasq.ts";

/** Our kernel is one for a BIOS: under UEFI, iPXE loads it and can do no more with it. */
const machines: BesideDnsmasqOrder["machines"] = [
  {
    ...{ name: "bios", mac: "52:54:00:00:00:32", address: "10.77.0.50", firmware: "bios" },
    ...{ until: "InitrdServed", says: "FROM-KERNEL" },
  },
  {
    ...{ name: "uefi", mac: "52:54:00:00:00:33", address: "10.77.0.51", firmware: "uefi" },
    ...{ netboot: "native", until: "KernelServed" },
  },
  {
    ...{ name: "http", mac: "52:54:00:00:00:34", address: "10.77.0.52", firmware: "uefi" },
    ...{ netboot: "http", until: "KernelServed" },
  },
  {
    ...{ name: "bios-done", mac: "52:54:00:00:00:35", address: "10.77.0.53", firmware: "bios" },
    ...{ disk: { says: "FROM-DISK\n" }, until: "HttpRefused", says: "FROM-DISK" },
  },
  {
    ...{ name: "uefi-done", mac: "52:54:00:00:00:36", address: "10.77.0.54", firmware: "uefi" },
    ...{ disk: { says: "" }, until: "TftpRefused" },
  },
];
/** What we tell of each machine: nothing of DHCP, and all that it came to us for. */
const script = ["ScriptServed", "KernelServed vmlinuz-x86_64"];
const expected: readonly [machine: string, how: string, events: readonly string[]][] = [
  ["bios", "starts its kernel, by a BIOS with iPXE in its card", [...script, "InitrdServed initramfs-x86_64"]],
  // The first read is for the size alone.
  ["uefi", "loads iPXE by TFTP, under UEFI", ["TftpBrokenOff snponly.efi", "TftpRead snponly.efi", ...script]],
  ["http", "loads iPXE by HTTP, under UEFI", ["BinaryServed snponly.efi", ...script]],
  [
    "bios-done",
    "is refused its script once it is installed, and goes on to its disk, by a BIOS",
    ["HttpRefused NetbootNotAllowed"],
  ],
  ["uefi-done", "is refused iPXE once it is installed, under UEFI", ["TftpRefused NetbootNotAllowed"]],
];
/** Several times what it takes under emulation on a busy machine. */
const timeout = 10 * 60_000;

describe("a machine whose DHCP server is dnsmasq", { timeout }, () => {
  let result: BesideDnsmasqResult;
  before(async () => {
    const dir = await mkdtemp(join(tmpdir(), "tink-dnsmasq-"));
    const hookDir = join(dir, "hook");
    await mkdir(hookDir);
    await writeFile(join(hookDir, "vmlinuz-x86_64"), biosKernel("FROM-KERNEL\n"));
    await writeFile(join(hookDir, "initramfs-x86_64"), Buffer.alloc(1_000_000));
    const order: BesideDnsmasqOrder = { dir, hookDir, machines };
    const inner = join(import.meta.dirname, "../../testing/boot-beside-dnsmasq.ts");
    const ordered = orderInLab<BesideDnsmasqResult>(inner, order, AbortSignal.timeout(timeout));
    result = await ordered.catch((cause: unknown) => {
      throw new Error(`${cause instanceof Error ? cause.message : cause}; logs are in ${dir}`, { cause });
    });
    await rm(dir, { recursive: true });
  });

  for (const [machine, how, events] of expected) {
    test(how, () => assert.deepEqual(result[machine]?.events, events));
    test(`is told nothing by DHCP but what dnsmasq says (${machine})`, () =>
      assert.deepEqual(result[machine]?.dhcpServers, ["10.77.0.2"]));
  }
});
