// DHCP decisions on captured requests: every client state of RFC 2131 §4.3.2, every silence, every option handed out.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type HardwareInterface, interfaceDoubts } from "@neverland/api";
import type { MachineCard } from "@neverland/machines/machine-card.ts";
import type { CardLookup } from "@neverland/machines/machine-index.ts";
import {
  type DhcpMessage,
  decodeDhcpMessage,
  encodeDhcpMessage,
  joinOptions,
  type MacAddress,
  unspecifiedIpv4,
} from "@neverland/protocols";
import { captured } from "../testing/captured.ts";
import { config, ip, noConflicts } from "../testing/dhcp-decisions.ts";
import { testMachine } from "../testing/machines.ts";
import { composeReply } from "./dhcp-reply.ts";
import { type Conflicts, type DhcpDecision, type DhcpReplyDecision, respondToDhcp } from "./dhcp-responder.ts";

const hexOf = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString("hex");
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1").replace(/\0+$/, "");

const iPxeDiscover = captured("bios-virtio-ipxerom", 0);
const ovmfPxeDiscover = captured("efi-virtio-native", 0);
const ovmfHttpDiscover = captured("efi-http-native", 0);
const udhcpcDiscover = captured("e2e-bios-ec2", 4);
const udhcpcRequest = captured("e2e-bios-ec2", 6);
const dhclientDiscover = captured("e2e-bios-ec2", 12);

function knows(card: HardwareInterface = {}, address: string | null = "10.77.0.50"): CardLookup {
  const hardware = testMachine(50, card);
  const machine: MachineCard = {
    key: "default/m50",
    mac: "52:54:00:00:00:32" as MacAddress,
    address: address === null ? undefined : ip(address),
    hardware,
    card: hardware.spec?.interfaces?.[0] ?? {},
  };
  return { found: "one", machine };
}

/** The message with other options and header fields. */
function changed(
  message: DhcpMessage,
  options: Record<number, string | undefined>,
  header: Partial<DhcpMessage> = {},
): DhcpMessage {
  const kept = message.options.filter(({ code }) => !(code in options));
  const added = Object.entries(options).flatMap(([code, hex]) =>
    hex === undefined ? [] : [{ code: Number(code), value: Uint8Array.from(Buffer.from(hex, "hex")) }],
  );
  return { ...message, ...header, options: [...kept, ...added] };
}

function respond(message: DhcpMessage, lookup = knows(), conflicts: Conflicts = noConflicts): DhcpDecision {
  return respondToDhcp(message, lookup, conflicts, config);
}

function replyTo(
  message: DhcpMessage,
  lookup = knows(),
): DhcpReplyDecision & { reply: DhcpMessage; leftOut: readonly string[] } {
  const decision = respond(message, lookup);
  assert.ok(decision.kind === "reply");
  const { message: reply, leftOut } = composeReply(decision, config);
  return { ...decision, reply, leftOut };
}

function silence(message: DhcpMessage, lookup = knows(), conflicts: Conflicts = noConflicts): string {
  const decision = respond(message, lookup, conflicts);
  assert.equal(decision.kind, "ignored");
  return (decision as DhcpDecision & { kind: "ignored" }).reason; // asserted above
}

/** As a receiver sees it: through the wire. */
function received({ reply }: ReturnType<typeof replyTo>) {
  const message = decodeDhcpMessage(encodeDhcpMessage(reply));
  const options = Object.fromEntries([...joinOptions(message)].map(([code, value]) => [code, hexOf(value)]));
  return { message, options };
}

describe("an offer", () => {
  test("to udhcpc hands out the whole reservation and nothing of netbooting", () => {
    const { message, options } = received(replyTo(udhcpcDiscover));
    assert.equal(message.yiaddr, "10.77.0.50");
    assert.equal(message.xid, udhcpcDiscover.xid);
    assert.equal(textOf(message.file), "");
    assert.deepEqual(options, {
      53: "02",
      54: "0a4d0001",
      51: "00093a80",
      58: "00049d40",
      59: "00081330",
      1: "ffffff00",
      3: "0a4d0001",
      6: "0a4d0001",
      7: "0a4d0003",
      12: Buffer.from("m50").toString("hex"),
      15: Buffer.from("lab.example").toString("hex"),
      28: "0a4d00ff",
      42: "0a4d0002",
      119: "036c6162076578616d706c6500",
      61: hexOf(joinOptions(udhcpcDiscover).get(61)),
    });
  });

  test("to iPXE names the script and ends its wait for a ProxyDHCP server", () => {
    const { message, options } = received(replyTo(iPxeDiscover));
    assert.equal(textOf(message.file), "http://10.77.0.1:7080/ipxe/script/52:54:00:00:00:32/auto.ipxe");
    assert.equal(options[175], "b00101");
    assert.equal(options[43], "060108ff");
    assert.equal(options[60], undefined);
  });

  test("to OVMF's PXE names the UEFI binary on our TFTP server", () => {
    const { message, options } = received(replyTo(ovmfPxeDiscover));
    assert.equal(textOf(message.file), "snponly.efi");
    assert.equal(message.siaddr, "10.77.0.1");
    assert.equal(message.flags, 0x8000);
    assert.equal(options[175], undefined);
    assert.equal(options[43], "060108ff");
  });

  test("to OVMF's HTTP boot names a URL and carries the class back", () => {
    const { message, options } = received(replyTo(ovmfHttpDiscover));
    assert.equal(textOf(message.file), "http://10.77.0.1:7080/ipxe/binary/52:54:00:00:00:32/snponly.efi");
    assert.equal(options[60], Buffer.from("HTTPClient").toString("hex"));
  });

  test("to firmware that is not to be netbooted names no server and no file that exists", () => {
    const { message } = received(replyTo(iPxeDiscover, knows({ netboot: { allowPXE: false } })));
    assert.equal(textOf(message.file), "/netboot-not-allowed");
    assert.equal(message.siaddr, "0.0.0.0");
  });

  test("to UEFI's HTTP boot that is not to be netbooted names a URL all the same, or the offer would be dropped", () => {
    const { message, options } = received(replyTo(ovmfHttpDiscover, knows({ netboot: { allowPXE: false } })));
    assert.equal(textOf(message.file), "http://10.77.0.1:7080/ipxe/binary/52:54:00:00:00:32/netboot-not-allowed");
    assert.equal(message.siaddr, "0.0.0.0");
    assert.equal(message.yiaddr, "10.77.0.50");
    assert.equal(options[60], Buffer.from("HTTPClient").toString("hex"));
    assert.equal(options[43], undefined);
  });

  test("netbooting is refused when allowPXE is absent, and the reason is named", () => {
    const { plan } = replyTo(iPxeDiscover, knows({ netboot: {} }));
    assert.deepEqual(plan, {
      kind: "refused",
      reason: "NetbootNotAllowed",
      client: "ipxe",
      file: "/netboot-not-allowed",
    });
  });

  test("with the operator's own server and file carries them and nothing of ours", () => {
    const lookup = knows({ dhcp: { tftp_server_name: "10.77.0.9", boot_file_name: "grub/x.efi" } });
    const { message, options } = received(replyTo(ovmfHttpDiscover, lookup));
    assert.equal(textOf(message.file), "grub/x.efi");
    assert.equal(message.siaddr, "10.77.0.9");
    assert.equal(options[66], Buffer.from("10.77.0.9").toString("hex"));
    assert.equal(options[67], Buffer.from("grub/x.efi").toString("hex"));
    assert.deepEqual([options[43], options[60], options[175]], [undefined, undefined, undefined]);
  });

  test("with a boot file of two lines names it as one, in the header too", () => {
    const lookup = knows({ dhcp: { tftp_server_name: "10.77.0.9", boot_file_name: "a\nb" } });
    assert.equal(textOf(received(replyTo(ovmfHttpDiscover, lookup)).message.file), "a b");
  });

  test("echoes the relay's information as the very last option", () => {
    const relayed = changed(udhcpcDiscover, { 82: "0104deadbeef" }, { giaddr: ip("10.99.0.1") });
    const { reply } = replyTo(relayed);
    assert.deepEqual(reply.options.at(-1), { code: 82, value: Uint8Array.from([1, 4, 0xde, 0xad, 0xbe, 0xef]) });
    assert.equal(reply.giaddr, "10.99.0.1");
  });

  test("is at least 300 bytes long and fits the smallest packet a client must take", () => {
    const long = Array.from({ length: 60 }, (_, i) => `10.1.${i}.1`);
    const routes = long.map((router) => ({ destination_descriptor: "10.2.3.0/24", router }));
    const big = knows({ dhcp: { name_servers: long, time_servers: long, classless_static_routes: routes } });
    const noLimit = changed(udhcpcDiscover, { 57: undefined });
    assert.ok(encodeDhcpMessage(replyTo(noLimit).reply).length >= 300);
    assert.ok(encodeDhcpMessage(replyTo(noLimit, big).reply).length <= 548);
    assert.equal(received(replyTo(noLimit, big)).options[51], "00093a80");
  });

  test("names what there was no room for", () => {
    const long = Array.from({ length: 60 }, (_, i) => `10.1.${i}.1`);
    const big = knows({ dhcp: { name_servers: long, time_servers: long } });
    const noLimit = changed(udhcpcDiscover, { 57: undefined });
    assert.deepEqual(replyTo(noLimit, big).leftOut, [
      "search list",
      "time servers",
      "log server",
      "broadcast address",
      "domain name",
    ]);
    assert.deepEqual(replyTo(noLimit).leftOut, []);
  });

  const unusable: readonly [dhcp: NonNullable<HardwareInterface["dhcp"]>, code: number][] = [
    [{ ip: { address: "10.77.0.50", netmask: "/24" } }, 1],
    [{ ip: { address: "10.77.0.50", netmask: "255.0.255.0" } }, 1],
    [{ ip: { address: "10.77.0.50", netmask: "255.0.255.0" } }, 28],
    [{ ip: { address: "10.77.0.50", gateway: "gw" } }, 3],
    [{ ip: { address: "10.77.0.50", gateway: "10.77.0.50" } }, 3],
    [{ name_servers: ["dns"] }, 6],
    [{ hostname: "\n" }, 12],
    [{ domain_name: " " }, 15],
    [{ time_servers: ["ntp"] }, 42],
    [{ domain_name: `${"x".repeat(64)}.example` }, 119],
  ];
  for (const [dhcp, code] of unusable)
    test(`has no option ${code} exactly where the Hardware's doubts say so: ${JSON.stringify(dhcp)}`, () => {
      const lookup = knows({ dhcp });
      assert.equal(received(replyTo(udhcpcDiscover, lookup)).options[code], undefined);
      assert.equal(interfaceDoubts({ dhcp }, "spec.interfaces[0]").length, 1);
    });

  test("keeps everything when the client says that it takes more", () => {
    const routes = Array.from({ length: 60 }, (_, i) => ({
      destination_descriptor: "10.2.3.0/24",
      router: `10.1.${i}.1`,
    }));
    const big = knows({ dhcp: { classless_static_routes: routes } });
    const { options } = received(replyTo(changed(udhcpcDiscover, { 57: "05dc" }), big));
    // And the gateway as their last, of five bytes.
    assert.equal(options[121]?.length, (60 * 8 + 5) * 2);
  });

  test("a boot file too long for the header goes into option 67", () => {
    const url = `http://10.77.0.1/${"x".repeat(200)}`;
    const { message, options } = received(replyTo(iPxeDiscover, knows({ netboot: { allowPXE: true, ipxe: { url } } })));
    assert.equal(textOf(message.file), "");
    assert.equal(options[67], Buffer.from(url).toString("hex"));
  });

  for (const [leaseTime, wire] of [
    [undefined, "00093a80"],
    [0, "00093a80"],
    [-1, "00093a80"],
    [2 ** 32, "00093a80"],
    [600, "00000258"],
  ] as const)
    test(`a lease_time of ${leaseTime} is ${wire} on the wire`, () => {
      const lookup = knows({ dhcp: leaseTime === undefined ? {} : { lease_time: leaseTime } });
      assert.equal(received(replyTo(udhcpcDiscover, lookup)).options[51], wire);
    });

  test("a lease without end has no renewal times", () => {
    const { options } = received(replyTo(udhcpcDiscover, knows({ dhcp: { lease_time: 0xffffffff } })));
    assert.deepEqual([options[51], options[58], options[59]], ["ffffffff", undefined, undefined]);
  });

  test("values of the record that are no addresses are left out, not sent", () => {
    const { options } = received(
      replyTo(udhcpcDiscover, knows({ dhcp: { name_servers: ["dns.example", "10.0.0.8"], time_servers: ["ntp"] } })),
    );
    assert.deepEqual([options[6], options[42]], ["0a000008", undefined]);
  });

  test("a name with a line end is one line on the wire, where clients put it into files", () => {
    const dhcp = { hostname: "h\nboot", domain_name: "lab\n.example\n" };
    const { options } = received(replyTo(udhcpcDiscover, knows({ dhcp })));
    assert.deepEqual(
      [options[12], options[15]],
      ["h boot", "lab .example"].map((text) => hexOf(Buffer.from(text))),
    );
  });
});

describe("a request", () => {
  const base = { 50: undefined, 54: undefined };
  const own = "0a4d0032";
  const other = "0a4d0063";

  test("SELECTING our offer is acknowledged", () => {
    const { type, reply } = replyTo(changed(udhcpcRequest, { 54: "0a4d0001", 50: own }));
    assert.deepEqual([type, reply.yiaddr], ["ack", "10.77.0.50"]);
  });

  test("SELECTING another server's offer is left to that server", () => {
    assert.equal(silence(changed(udhcpcRequest, { 54: "0a4d0002", 50: own })), "OtherServerChosen");
  });

  test("SELECTING an address that is not its own is refused", () => {
    assert.equal(replyTo(changed(udhcpcRequest, { 54: "0a4d0001", 50: other })).type, "nak");
  });

  test("INIT-REBOOT with its own address is acknowledged", () => {
    assert.equal(replyTo(changed(udhcpcRequest, { ...base, 50: own })).type, "ack");
  });

  test("INIT-REBOOT with another address is refused, with a word of why and no lease", () => {
    const decision = replyTo(changed(udhcpcRequest, { ...base, 50: other }));
    const { message, options } = received(decision);
    assert.equal(decision.type, "nak");
    assert.equal(message.yiaddr, "0.0.0.0");
    assert.deepEqual(Object.keys(options), ["53", "54", "56", "61"]);
    assert.match(Buffer.from(options[56] ?? "", "hex").toString(), /10\.77\.0\.99 .* 10\.77\.0\.50/);
  });

  test("RENEWING or REBINDING its own address is acknowledged, another is refused", () => {
    assert.equal(replyTo(changed(udhcpcRequest, base, { ciaddr: ip("10.77.0.50") })).type, "ack");
    assert.equal(replyTo(changed(udhcpcRequest, base, { ciaddr: ip("10.77.0.99") })).type, "nak");
  });

  test("that names no address gets no answer", () => {
    assert.equal(silence(changed(udhcpcRequest, base)), "NoAddressInRequest");
  });

  test("behind a relay that is refused tells the relay to broadcast", () => {
    const relayed = changed(udhcpcRequest, { ...base, 50: other }, { giaddr: ip("10.99.0.1"), flags: 0 });
    assert.equal(replyTo(relayed).reply.flags, 0x8000);
  });
});

describe("other messages", () => {
  test("INFORM is answered with settings but neither address nor lease", () => {
    const { message, options } = received(replyTo(changed(udhcpcDiscover, { 53: "08" }, { ciaddr: ip("10.77.0.50") })));
    assert.equal(message.yiaddr, unspecifiedIpv4);
    assert.deepEqual([options[53], options[51], options[58], options[59]], ["05", undefined, undefined, undefined]);
    assert.equal(options[6], "0a4d0001");
  });

  const kindOf = (message: DhcpMessage) => respond(message).kind;

  test("RELEASE and DECLINE of its own address are noted and not answered", () => {
    assert.equal(kindOf(changed(udhcpcDiscover, { 53: "07" }, { ciaddr: ip("10.77.0.50") })), "released");
    assert.equal(kindOf(changed(udhcpcDiscover, { 53: "04", 50: "0a4d0032", 54: "0a4d0001" })), "declined");
  });

  test("who has a declined address may be asked on our link, and not behind a relay", () => {
    const decline = changed(udhcpcDiscover, { 53: "04", 50: "0a4d0032", 54: "0a4d0001" });
    const mayAsk = (message: DhcpMessage) => {
      const decision = respond(message);
      return decision.kind === "declined" && decision.mayAsk;
    };
    assert.equal(mayAsk(decline), true);
    assert.equal(mayAsk({ ...decline, giaddr: ip("10.99.0.1") }), false);
  });

  test("DECLINE of another server's address is not ours", () => {
    assert.equal(silence(changed(udhcpcDiscover, { 53: "04", 50: "0a4d0032", 54: "0a4d0002" })), "OtherServerChosen");
  });

  const heldBy = (mac: string): Conflicts => ({ holder: () => mac as MacAddress });
  const initReboot = changed(udhcpcRequest, { 54: undefined, 50: "0a4d0032" });

  test("an address that another machine has is neither offered nor leased, and both are named", () => {
    const held = heldBy("52:54:00:00:00:99");
    assert.equal(silence(initReboot, knows(), held), "AddressInUse");
    const decision = respond(udhcpcDiscover, knows(), held);
    assert.deepEqual(
      [decision.kind === "ignored" && decision.reason, decision.kind === "ignored" && decision.message],
      [
        "AddressInUse",
        "52:54:00:00:00:99 has 10.77.0.50, which is default/m50's (52:54:00:00:00:32); it is offered again when that has given it up",
      ],
    );
  });

  test("a machine is in no conflict with itself, nor with whoever answers on our link while it is behind a relay", () => {
    assert.equal(respond(udhcpcDiscover, knows(), heldBy("52:54:00:00:00:32")).kind, "reply");
    const relayed = { ...udhcpcDiscover, giaddr: ip("10.99.0.1") };
    assert.equal(respond(relayed, knows(), heldBy("52:54:00:00:00:99")).kind, "reply");
  });

  test("a machine that uses its address already is renewed, whoever else answers for it", () => {
    const renewing = changed(udhcpcRequest, { 54: undefined, 50: undefined }, { ciaddr: ip("10.77.0.50") });
    assert.equal(respond(renewing, knows(), heldBy("52:54:00:00:00:99")).kind, "reply");
  });

  test("RELEASE or DECLINE of an address that is not the machine's own is told, and changes nothing", () => {
    assert.equal(silence(changed(udhcpcDiscover, { 53: "04", 50: "0a4d0063" })), "NotItsAddress");
    assert.equal(silence(changed(udhcpcDiscover, { 53: "07" }, { ciaddr: ip("10.77.0.99") })), "NotItsAddress");
  });

  test("each silence has its reason", () => {
    assert.equal(silence(udhcpcDiscover, { found: "none" }), "UnknownMachine");
    assert.equal(silence(udhcpcDiscover, { found: "several", names: ["a/b", "c/d"] }), "AmbiguousHardware");
    assert.equal(silence(udhcpcDiscover, knows({ disableDhcp: true })), "DhcpDisabled");
    assert.equal(silence(udhcpcDiscover, knows({}, null)), "NoAddressReserved");
    assert.equal(silence({ ...udhcpcDiscover, op: 2 }), "NotARequest");
    assert.equal(silence({ ...udhcpcDiscover, htype: 32 }), "NoEthernetAddress");
    assert.equal(silence(changed(udhcpcDiscover, { 53: undefined })), "NoMessageType");
    assert.equal(silence(changed(udhcpcDiscover, { 53: "02" })), "NotForServers");
  });

  test("one MAC with three client identifiers keeps its one address", () => {
    for (const message of [ovmfPxeDiscover, iPxeDiscover, dhclientDiscover])
      assert.equal(replyTo(message).reply.yiaddr, "10.77.0.50");
  });
});
