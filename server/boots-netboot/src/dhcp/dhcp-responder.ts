// The DHCP server's decisions: what to answer a message, or why not to. Sees no socket and no clock.

import type { MachineCard } from "@neverland/machines/machine-card.ts";
import type { CardLookup } from "@neverland/machines/machine-index.ts";
import {
  BootpOp,
  type ClientIdentity,
  clientMac,
  type DhcpMessage,
  type Ipv4Address,
  joinOptions,
  type MacAddress,
  MessageType,
  OptionCode,
  optionFault,
  readClientIdentity,
  unspecifiedIpv4,
} from "@neverland/protocols";
import { type BootPlan, type BootPlanConfig, planBoot } from "../boot-plan.ts";
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

/** What is to be answered; dhcp-reply.ts puts it together. */
export interface DhcpReplyDecision {
  readonly kind: "reply";
  readonly type: "offer" | "ack" | "nak";
  readonly request: DhcpMessage;
  /** The request's, joined. */
  readonly options: ReadonlyMap<number, Uint8Array>;
  readonly machine: MachineCard;
  /** What it is given; undefined where it has an address from elsewhere (INFORM), and in a NAK. */
  readonly address: Ipv4Address | undefined;
  readonly plan: BootPlan;
  readonly client: ClientIdentity;
  /** Of a NAK: what was wrong. */
  readonly why: string | undefined;
}

export type DhcpDecision =
  | DhcpReplyDecision
  | { readonly kind: "released"; readonly machine: MachineCard; readonly address: Ipv4Address }
  | {
      /** The machine found its address in use by another: so the message says, which anyone can send. */
      readonly kind: "declined";
      readonly machine: MachineCard;
      readonly address: Ipv4Address;
      /** Who has the address can be found out: the machine is on our link. */
      readonly mayAsk: boolean;
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

/** Which addresses another machine has on this link: who was asked answered so, whatever somebody declined. */
export interface Conflicts {
  holder(address: Ipv4Address): MacAddress | undefined;
}

/** @param lookup What the index says of the message's hardware address. */
export function respondToDhcp(
  message: DhcpMessage,
  lookup: CardLookup,
  conflicts: Conflicts,
  config: DhcpConfig,
): DhcpDecision {
  if (message.op !== BootpOp.request) return ignored("NotARequest", "a reply of another server arrived on our port");
  const mac = clientMac(message);
  if (mac === undefined) return ignored("NoEthernetAddress", noEthernet(message));
  const options = joinOptions(message);
  const type = options.get(OptionCode.messageType)?.[0];
  if (type === undefined) return ignored("NoMessageType", noType(message, options));
  if (lookup.found === "none")
    return ignored("UnknownMachine", `no Hardware has the MAC ${mac}; add one to have this machine answered`);
  if (lookup.found === "several")
    return ignored("AmbiguousHardware", `${lookup.names.join(" and ")} claim the same address; change one of them`);
  const { machine } = lookup;
  if (machine.card.disableDhcp === true)
    return ignored("DhcpDisabled", `${machine.key} says disableDhcp for ${mac}`, machine);
  if (machine.address === undefined)
    return ignored("NoAddressReserved", `${machine.key} has no IPv4 address in dhcp.ip.address for ${mac}`, machine);
  return byType(type, { message, options, machine, address: machine.address, conflicts, config });
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
      return giveBack("released", exchange, exchange.message.ciaddr);
    case MessageType.decline:
      return giveBack("declined", exchange, addressOption(exchange.options, OptionCode.requestedAddress));
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
  const { message, options, machine } = exchange;
  const client = readClientIdentity(options);
  const plan = { kind: "not-asked" } as const;
  return { kind: "reply", type: "nak", request: message, options, machine, address: undefined, plan, client, why };
}

/** A lease for an address that is in use would be declined again, or worse, taken. Behind a relay nobody can be asked who has it. */
function grantUnused(type: "offer" | "ack", exchange: Exchange): DhcpDecision {
  const { machine, address, message, conflicts } = exchange;
  const holder = message.giaddr === unspecifiedIpv4 ? conflicts.holder(address) : undefined;
  if (holder === undefined || holder === machine.mac) return grant(type, exchange, true);
  const why = `${holder} has ${address}, which is ${machine.key}'s (${machine.mac}); it is offered again when that has given it up`;
  return ignored("AddressInUse", why, machine);
}

function grant(type: "offer" | "ack", exchange: Exchange, withLease: boolean): DhcpDecision {
  const { message, options, machine, config } = exchange;
  const client = readClientIdentity(options);
  const { tftp_server_name, boot_file_name } = machine.card.dhcp ?? {};
  const subject = {
    mac: machine.mac,
    netboot: machine.card.netboot,
    tftpServerName: tftp_server_name,
    bootFileName: boot_file_name,
  };
  const plan = planBoot(client, subject, config.plan);
  const address = withLease ? exchange.address : undefined;
  return { kind: "reply", type, request: message, options, machine, address, plan, client, why: undefined };
}

/** Neither takes anything from the machine: whoever sends it in the machine's name does it no harm (RFC 2131 §4.3.3, §4.3.4). */
function giveBack(
  kind: "released" | "declined",
  { message, options, machine, address: own, config }: Exchange,
  address = own,
): DhcpDecision {
  const server = addressOption(options, OptionCode.serverIdentifier);
  if (server !== undefined && server !== config.serverAddress)
    return ignored("OtherServerChosen", `the message is for the DHCP server ${server}`, machine);
  if (address !== own) {
    const what = kind === "released" ? "gives back" : "declines";
    return ignored(
      "NotItsAddress",
      `${machine.mac} ${what} ${address}, but the address of ${machine.key} is ${own}`,
      machine,
    );
  }
  if (kind === "released") return { kind, machine, address };
  return { kind, machine, address, mayAsk: message.giaddr === unspecifiedIpv4 };
}

function noEthernet({ htype, hlen }: DhcpMessage): string {
  return `a hardware address of ${hlen} bytes and of type ${htype} is not Ethernet's, which has 6 and is of type 1`;
}

function noType(message: DhcpMessage, options: ReadonlyMap<number, Uint8Array>): string {
  const fault = optionFault(message, options);
  const why = fault === undefined ? "" : `; ${fault}`;
  return `plain BOOTP is not served; the message has no option 53${why}`;
}

function ignored(reason: DhcpIgnoredReason, message: string, machine?: MachineCard): DhcpDecision {
  return { kind: "ignored", reason, message, machine };
}
