// The DHCP server's decisions: what to answer a message, or why not to. Sees no socket and no clock.

import type { MachineCard } from "@neverland/machines/machine-card.ts";
import type { CardLookup } from "@neverland/machines/machine-index.ts";
import { formatTime } from "@neverland/platform/time/clock.ts";
import {
  BootpOp,
  type ClientIdentity,
  clientMac,
  type DhcpMessage,
  type Ipv4Address,
  joinOptions,
  MessageType,
  OptionCode,
  readClientIdentity,
  readU8,
} from "@neverland/protocols";
import { type BootPlan, type BootPlanConfig, planBoot } from "../boot-plan.ts";
import { buildNak, buildReply } from "./dhcp-reply.ts";
import { addressOption, requestState } from "./dhcp-request-state.ts";

export interface DhcpConfig {
  readonly plan: BootPlanConfig;
  /** Option 54, and what clients send back to us. */
  readonly serverAddress: Ipv4Address;
  /** Option 7. */
  readonly syslogAddress: Ipv4Address | undefined;
}

export type DhcpIgnoredReason =
  | "NotARequest"
  | "NoEthernetAddress"
  | "NoMessageType"
  | "NotForServers"
  | "UnknownMachine"
  | "AmbiguousHardware"
  | "DhcpDisabled"
  | "NoAddressReserved"
  | "OtherServerChosen"
  | "AddressInUse"
  | "NotItsAddress"
  | "NoAddressInRequest";

export type DhcpDecision =
  | {
      readonly kind: "reply";
      readonly type: "offer" | "ack" | "nak";
      readonly reply: DhcpMessage;
      /** By name: the options that there was no room for. */
      readonly leftOut: readonly string[];
      readonly machine: MachineCard;
      readonly plan: BootPlan;
      readonly client: ClientIdentity;
      /** Of a NAK: what was wrong. */
      readonly why: string | undefined;
    }
  | {
      readonly kind: "noted";
      /** `declined`: the machine found its address in use by another. */
      readonly note: "released" | "declined";
      readonly machine: MachineCard;
      readonly address: Ipv4Address;
    }
  | {
      readonly kind: "ignored";
      readonly reason: DhcpIgnoredReason;
      readonly message: string;
      /** Whose message it is, where that is known. */
      readonly machine: MachineCard | undefined;
    };

/** What is known while one message is being answered. */
interface Exchange {
  readonly message: DhcpMessage;
  readonly options: ReadonlyMap<number, Uint8Array>;
  readonly machine: MachineCard;
  readonly address: Ipv4Address;
  readonly conflicts: Conflicts;
  readonly config: DhcpConfig;
}

/** Which addresses are in use by another machine, and until when that is believed. */
export interface Conflicts {
  untilMs(address: Ipv4Address): number | undefined;
}

/**
 * @param lookup What the index says of the message's hardware address.
 * @throws {PacketError} when an option that decides is unreadable.
 */
export function respondToDhcp(
  message: DhcpMessage,
  lookup: CardLookup,
  conflicts: Conflicts,
  config: DhcpConfig,
): DhcpDecision {
  if (message.op !== BootpOp.request) return ignored("NotARequest", "a reply of another server arrived on our port");
  const mac = clientMac(message);
  if (mac === undefined) return ignored("NoEthernetAddress", `hardware type ${message.htype} is not Ethernet`);
  const options = joinOptions(message);
  const typeOption = options.get(OptionCode.messageType);
  if (typeOption === undefined)
    return ignored("NoMessageType", "plain BOOTP is not served; the message has no option 53");
  if (lookup.found === "none")
    return ignored("UnknownMachine", `no Hardware has the MAC ${mac}; add one to have this machine answered`);
  if (lookup.found === "several")
    return ignored("AmbiguousHardware", `${lookup.names.join(" and ")} claim the same address; change one of them`);
  const { machine } = lookup;
  if (machine.card.disableDhcp === true)
    return ignored("DhcpDisabled", `${machine.key} says disableDhcp for ${mac}`, machine);
  if (machine.address === undefined)
    return ignored("NoAddressReserved", `${machine.key} has no IPv4 address in dhcp.ip.address for ${mac}`, machine);
  return byType(readU8(typeOption), { message, options, machine, address: machine.address, conflicts, config });
}

function byType(type: number, exchange: Exchange): DhcpDecision {
  switch (type) {
    case MessageType.discover:
      return grantUnused("offer", exchange);
    case MessageType.request:
      return request(exchange);
    case MessageType.inform:
      return grant("ack", exchange, false);
    case MessageType.release:
      return noted("released", exchange, exchange.message.ciaddr);
    case MessageType.decline:
      return decline(exchange);
    default:
      return ignored("NotForServers", `message type ${type} is not one for a server`, exchange.machine);
  }
}

/** RFC 2131 §4.3.2. A known machine that asks for another address than its own is told so at once, in every state. */
function request(exchange: Exchange): DhcpDecision {
  const asked = requestState(exchange.message, exchange.options);
  if (asked.state === "unclear")
    return ignored(
      "NoAddressInRequest",
      "the request names no address, neither in option 50 nor in ciaddr",
      exchange.machine,
    );
  if (asked.state === "selecting" && asked.server !== exchange.config.serverAddress)
    return ignored(
      "OtherServerChosen",
      `the machine took the offer of ${asked.server}; is there a second DHCP server?`,
      exchange.machine,
    );
  if (asked.address === exchange.address)
    // A machine that uses its address already is in no conflict about it, whatever somebody declined in its name.
    return asked.state === "renewing" ? grant("ack", exchange, true) : grantUnused("ack", exchange);
  const why = `${asked.address} (${asked.state}) is not the address of ${exchange.machine.key}, which is ${exchange.address}`;
  const { machine, config } = exchange;
  const reply = buildNak(exchange.message, exchange.options, config.serverAddress, why);
  const client = readClientIdentity(exchange.options);
  return { kind: "reply", type: "nak", reply, machine, leftOut: [], plan: { kind: "not-asked" }, client, why };
}

/** A lease for an address that is in use would be declined again, or worse, taken. */
function grantUnused(type: "offer" | "ack", exchange: Exchange): DhcpDecision {
  const untilMs = exchange.conflicts.untilMs(exchange.address);
  if (untilMs === undefined) return grant(type, exchange, true);
  return ignored(
    "AddressInUse",
    `${exchange.machine.mac} found ${exchange.address} in use by another machine; it is offered again from ${formatTime(untilMs)}`,
    exchange.machine,
  );
}

function grant(type: "offer" | "ack", exchange: Exchange, withLease: boolean): DhcpDecision {
  const { message, options, machine, address, config } = exchange;
  const client = readClientIdentity(options);
  const { tftp_server_name, boot_file_name } = machine.card.dhcp ?? {};
  const subject = {
    mac: machine.mac,
    netboot: machine.card.netboot,
    tftpServerName: tftp_server_name,
    bootFileName: boot_file_name,
  };
  const plan = planBoot(client, subject, config.plan);
  const { message: reply, leftOut } = buildReply({
    type,
    request: message,
    options,
    reservation: machine.card.dhcp ?? {},
    address,
    withLease,
    plan,
    config,
  });
  return { kind: "reply", type, reply, leftOut, machine, plan, client, why: undefined };
}

function decline(exchange: Exchange): DhcpDecision {
  const address = addressOption(exchange.options, OptionCode.requestedAddress) ?? exchange.address;
  const decision = noted("declined", exchange, address);
  if (decision.kind !== "noted" || address === exchange.address) return decision;
  const { machine } = exchange;
  const message = `${machine.mac} declines ${address}, but the address of ${machine.key} is ${exchange.address}`;
  return ignored("NotItsAddress", message, machine);
}

function noted(note: "released" | "declined", exchange: Exchange, address: Ipv4Address): DhcpDecision {
  const server = addressOption(exchange.options, OptionCode.serverIdentifier);
  if (server !== undefined && server !== exchange.config.serverAddress)
    return ignored("OtherServerChosen", `the message is for the DHCP server ${server}`, exchange.machine);
  return { kind: "noted", note, machine: exchange.machine, address };
}

function ignored(reason: DhcpIgnoredReason, message: string, machine?: MachineCard): DhcpDecision {
  return { kind: "ignored", reason, message, machine };
}
