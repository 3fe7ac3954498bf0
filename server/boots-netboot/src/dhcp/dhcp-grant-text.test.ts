import assert from "node:assert/strict";
import { test } from "node:test";
import type { HardwareInterface } from "@neverland/api";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import type { Ipv4Address, MacAddress } from "@neverland/protocols";
import { captured } from "../testing/captured.ts";
import { testMachine } from "../testing/machines.ts";
import { respondToDhcp } from "./dhcp-responder.ts";

const serverAddress = "10.77.0.1" as Ipv4Address;
const plan = { httpBaseUrl: "http://10.77.0.1:7080", serverAddress, architectureBinaries: new Map() };

const noConflicts = { untilMs: () => undefined };

/** The sentence for the nth packet of a captured boot, when its machine's interface is `card`. */
function textFor(boot: string, at: number, card: HardwareInterface = {}): string {
  const index = new MachineIndex();
  index.apply([testMachine(50, card)]);
  const decision = respondToDhcp(captured(boot, at), index.byMac("52:54:00:00:00:32" as MacAddress), noConflicts, {
    plan,
    serverAddress,
    syslogAddress: undefined,
  });
  return "message" in decision ? decision.message : "";
}

const cases: readonly [name: string, text: string, expected: string][] = [
  [
    "firmware by PXE",
    textFor("efi-virtio-native", 0),
    "offered 10.77.0.50 to the firmware (PXE) of default/m50 (52:54:00:00:00:32), which is to load snponly.efi",
  ],
  [
    "firmware by HTTP",
    textFor("efi-http-native", 0),
    "offered 10.77.0.50 to the firmware (HTTP boot) of default/m50 (52:54:00:00:00:32), which is to load http://10.77.0.1:7080/ipxe/binary/52:54:00:00:00:32/snponly.efi",
  ],
  [
    "iPXE",
    textFor("bios-virtio-ipxerom", 0),
    "offered 10.77.0.50 to iPXE of default/m50 (52:54:00:00:00:32), which is to load http://10.77.0.1:7080/ipxe/script/52:54:00:00:00:32/auto.ipxe",
  ],
  [
    "iPXE that may not netboot",
    textFor("bios-virtio-ipxerom", 0, { netboot: { allowPXE: false } }),
    "offered 10.77.0.50 to iPXE of default/m50 (52:54:00:00:00:32), which may not netboot and goes on to its disk",
  ],
  ["Hook", textFor("e2e-bios-ec2", 4), "offered 10.77.0.50 to Hook of default/m50 (52:54:00:00:00:32)"],
  [
    "BusyBox on a machine that may not netboot",
    textFor("e2e-bios-ec2", 4, { netboot: { allowPXE: false } }),
    "offered 10.77.0.50 to the operating system of default/m50 (52:54:00:00:00:32)",
  ],
  [
    "an installed system",
    textFor("e2e-bios-ec2", 12),
    "offered 10.77.0.50 to the operating system of default/m50 (52:54:00:00:00:32)",
  ],
  [
    "an operator's own file",
    textFor("efi-virtio-native", 0, { dhcp: { tftp_server_name: "10.77.0.9", boot_file_name: "grub/x.efi" } }),
    "offered 10.77.0.50 to the firmware (PXE) of default/m50 (52:54:00:00:00:32), which is to load grub/x.efi from 10.77.0.9",
  ],
];
for (const [name, text, expected] of cases) test(`an offer says so to ${name}`, () => assert.equal(text, expected));
