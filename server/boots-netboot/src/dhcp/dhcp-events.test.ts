import assert from "node:assert/strict";
import { test } from "node:test";
import type { HardwareInterface, MachineEventInput } from "@neverland/api";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import type { DhcpOption, Ipv4Address, MacAddress } from "@neverland/protocols";
import { EventGate } from "@neverland/timeline/budgets/event-gate.ts";
import { captured } from "../testing/captured.ts";
import { testMachine } from "../testing/machines.ts";
import { DhcpEvents } from "./dhcp-events.ts";
import { composeReply } from "./dhcp-reply.ts";
import { respondToDhcp } from "./dhcp-responder.ts";

const serverAddress = "10.77.0.1" as Ipv4Address;
const plan = { httpBaseUrl: "http://10.77.0.1:7080", serverAddress, architectureBinaries: new Map() };

const noConflicts = { holder: () => undefined };

/** The event's sentence for the nth packet of a captured boot, when its machine's interface is `card`. @param classes In place of options 60 and 93. */
function textFor(
  boot: string,
  at: number,
  card: HardwareInterface = {},
  classes?: readonly DhcpOption[],
): string | undefined {
  const index = new MachineIndex();
  index.apply([testMachine(50, card)]);
  const mac = "52:54:00:00:00:32" as MacAddress;
  const sent = captured(boot, at);
  const others = sent.options.filter(({ code }) => classes === undefined || (code !== 60 && code !== 93));
  const message = { ...sent, options: [...others, ...(classes ?? [])] };
  const config = { plan, serverAddress, syslogAddress: undefined };
  const told: MachineEventInput[] = [];
  const gate = new EventGate(
    (event) => told.push(event),
    () => 0,
  );
  const decision = respondToDhcp(message, index.reservation(mac), noConflicts, config);
  assert.ok(decision.kind === "reply");
  new DhcpEvents(gate, "eth1").decided(message, mac, decision);
  return told[0]?.message;
}

const cases: [name: string, text: string | undefined, expected: string][] = [
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
const named = (vendorClass: string): DhcpOption => ({ code: 60, value: Buffer.from(vendorClass) });
const whom = "default/m50 (52:54:00:00:00:32)";
cases.push(
  [
    "firmware of an architecture without a boot file",
    textFor("efi-virtio-native", 0, {}, [named("PXEClient:Arch:00027:UNDI:003000")]),
    `offered 10.77.0.50 to the firmware (PXE) of ${whom}, for whose architecture, 27 by option 60 (PXEClient:Arch:00027:UNDI:003000), there is nothing to load: name a file by --arch-binary 27=FILE`,
  ],
  [
    "firmware of such an architecture in option 93",
    textFor("efi-virtio-native", 0, {}, [named("PXEClient"), { code: 93, value: Buffer.from([0, 27]) }]),
    `offered 10.77.0.50 to the firmware (PXE) of ${whom}, for whose architecture, 27 in option 93, there is nothing to load: name a file by --arch-binary 27=FILE`,
  ],
  [
    "an old ROM of a machine with a file of its own",
    textFor("efi-virtio-native", 0, { netboot: { allowPXE: true, ipxe: { binary: "my.efi" } } }, [named("PXEClient")]),
    `offered 10.77.0.50 to the firmware (PXE) of ${whom}, which is to load my.efi`,
  ],
  [
    "firmware by HTTP that does not say what it is",
    textFor("efi-http-native", 0, {}, [named("HTTPClient")]),
    `offered 10.77.0.50 to the firmware (HTTP boot) of ${whom}, which does not say its architecture (option 93), so there is nothing to load: name a file in netboot.ipxe.binary of the Hardware`,
  ],
  [
    "an old ROM",
    textFor("efi-virtio-native", 0, {}, [named("PXEClient")]),
    `offered 10.77.0.50 to the firmware (PXE) of ${whom}, which does not say its architecture (option 93), is taken for a PC's BIOS, and is to load undionly.kpxe`,
  ],
);
for (const [name, text, expected] of cases) test(`an offer says so to ${name}`, () => assert.equal(text, expected));

/** What is told of left out values when a machine with these records, one after the other, asks each time. */
function leftOutOf(...versions: readonly HardwareInterface[]): string[] {
  const told: MachineEventInput[] = [];
  const gate = new EventGate(
    (event) => told.push(event),
    () => 0,
  );
  const events = new DhcpEvents(gate, "eth1");
  const index = new MachineIndex();
  const config = { plan, serverAddress, syslogAddress: undefined };
  const mac = "52:54:00:00:00:32" as MacAddress;
  const message = captured("e2e-bios-ec2", 4);
  for (const [version, card] of versions.entries()) {
    const { metadata, ...hardware } = testMachine(50, card);
    index.apply([{ ...hardware, metadata: { ...metadata, resourceVersion: String(version) } }]);
    for (const _again of [1, 2]) {
      const decision = respondToDhcp(message, index.reservation(mac), noConflicts, config);
      assert.ok(decision.kind === "reply");
      events.decided(message, mac, decision, composeReply(decision, config).leftOut);
    }
  }
  return told.filter(({ type }) => type === "DhcpLeftOut").map(({ reason, message: text }) => `${reason}: ${text}`);
}

const many = Array.from({ length: 60 }, (_, i) => `10.1.${i}.1`);

test("values that a reply cannot hold are told, once for each change of the Hardware", () => {
  const ip = { address: "10.77.0.50", netmask: "/24" };
  const told = leftOutOf({ dhcp: { ip } }, { dhcp: { ip, lease_time: 0 } }, {});
  const start = "ValueUnusable: not all of what default/m50 (52:54:00:00:00:32) says could be told by DHCP: ";
  const netmask = 'spec.interfaces[0].dhcp.ip.netmask: "/24" is no IPv4 address, so the machine is told no netmask';
  assert.deepEqual(told, [
    `${start}${netmask}`,
    `${start}${netmask}; spec.interfaces[0].dhcp.lease_time: 0 is no time from 1 to 4294967295 seconds, so a week is leased`,
  ]);
});

test("what a client takes no room for is told by name", () => {
  assert.deepEqual(leftOutOf({ dhcp: { name_servers: many, time_servers: many } }), [
    "ReplyTooLong: a DHCP reply to default/m50 (52:54:00:00:00:32) may not be longer than its client takes, so it was sent without search list, time servers, broadcast address, domain name",
  ]);
});
