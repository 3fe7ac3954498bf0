// Puts a DHCP reply together: header, options in order, relay information last, within the client's size limit.

import { oneLine } from "@neverland/api";
import {
  BootpOp,
  type DhcpMessage,
  type DhcpOption,
  fixedBytes,
  type Ipv4Address,
  MessageType,
  OptionCode,
  optionsSizeBytes,
  parseIpv4,
  readU16,
  trailerFor,
  unspecifiedIpv4,
  writeIpv4List,
  writeText,
  writeU8,
} from "@neverland/protocols";
import type { BootPlan } from "../boot-plan.ts";
import { bootOptions, leaseOptions, networkOptions } from "./dhcp-reply-options.ts";
import type { DhcpConfig, DhcpReplyDecision } from "./dhcp-responder.ts";

/** What of the configuration is in replies. */
export type ReplyConfig = Pick<DhcpConfig, "serverAddress" | "syslogAddress">;

export const fileFieldBytes = 128;
/** What every client takes (RFC 2131 §2: 576 bytes of IP packet), and what fits one Ethernet frame. */
const [leastPacketBytes, mostPacketBytes, ipAndUdpBytes] = [576, 1500, 28];
/** Left out in this order when a client's limit is too small for all. */
const dispensable: readonly (readonly [code: number, name: string])[] = [
  [OptionCode.domainSearch, "search list"],
  [OptionCode.timeServers, "time servers"],
  [OptionCode.logServers, "log server"],
  [OptionCode.broadcastAddress, "broadcast address"],
  [OptionCode.classlessRoutes, "classless static routes"],
  [OptionCode.domainName, "domain name"],
  [OptionCode.nameServers, "name servers"],
];

export interface ComposedReply {
  readonly message: DhcpMessage;
  /** By name: the options that there was no room for. */
  readonly leftOut: readonly string[];
}

export function composeReply(decision: DhcpReplyDecision, config: ReplyConfig): ComposedReply {
  return decision.type === "nak" ? composeNak(decision, config) : composeGrant(decision, config);
}

function composeGrant({ type, request, options, machine, address, plan }: DhcpReplyDecision, config: ReplyConfig) {
  const reservation = machine.card.dhcp ?? {};
  const all = [
    { code: OptionCode.messageType, value: writeU8(type === "offer" ? MessageType.offer : MessageType.ack) },
    { code: OptionCode.serverIdentifier, value: writeIpv4List([config.serverAddress]) },
    ...(address === undefined ? [] : leaseOptions(reservation)),
    ...networkOptions(reservation, config.syslogAddress),
    ...bootOptions(plan, fileFieldBytes),
    ...echoes(options),
  ];
  const header = {
    ...replyHeader(request),
    ciaddr: request.ciaddr,
    yiaddr: address ?? unspecifiedIpv4,
    siaddr: nextServer(plan, config.serverAddress),
    file: bootFileField(plan),
  };
  return fit(header, all, sizeLimitBytes(options));
}

/** RFC 2131 §4.3.1, table 3: no address, no file, only the message's type, the server, a word of why, and the echoes. */
function composeNak({ request, options, why = "" }: DhcpReplyDecision, { serverAddress }: ReplyConfig): ComposedReply {
  const all = [
    { code: OptionCode.messageType, value: writeU8(MessageType.nak) },
    { code: OptionCode.serverIdentifier, value: writeIpv4List([serverAddress]) },
    { code: OptionCode.message, value: writeText(why).subarray(0, 255) },
    ...echoes(options),
  ];
  const header = replyHeader(request);
  // §4.3.2: behind a relay the client may not be reachable at its address, so the relay is told to broadcast.
  const flags = request.giaddr === unspecifiedIpv4 ? request.flags : request.flags | 0x8000;
  return fit({ ...header, flags }, all, leastPacketBytes - ipAndUdpBytes);
}

type Unfinished = Omit<DhcpMessage, "options" | "trailer">;

function replyHeader(request: DhcpMessage): Unfinished {
  const { htype, hlen, xid, flags, giaddr, chaddr } = request;
  const none = unspecifiedIpv4;
  const empty = { sname: new Uint8Array(64), file: new Uint8Array(fileFieldBytes) };
  return {
    op: BootpOp.reply,
    htype,
    hlen,
    hops: 0,
    xid,
    secs: 0,
    flags,
    ciaddr: none,
    yiaddr: none,
    siaddr: none,
    giaddr,
    chaddr,
    ...empty,
  };
}

/** Option 61 goes back (RFC 6842), and option 82 too, as the last of all (RFC 3046 §2.2); what is empty has nothing to say. */
function echoes(options: ReadonlyMap<number, Uint8Array>): DhcpOption[] {
  return [OptionCode.clientIdentifier, OptionCode.relayAgentInformation].flatMap((code) => {
    const value = options.get(code);
    return value === undefined || value.length === 0 ? [] : [{ code, value }];
  });
}

export function nextServer(plan: BootPlan, server: Ipv4Address): Ipv4Address {
  switch (plan.kind) {
    case "not-asked":
      return server;
    case "operator":
      return parseIpv4(plan.server) ?? server;
    case "refused":
      return unspecifiedIpv4;
    case "binary":
    case "script":
      return plan.nextServer;
  }
}

function bootFileField(plan: BootPlan): Uint8Array {
  const name = writeText(bootFileName(plan));
  // A name that leaves no room for the zero byte at its end is in option 67 alone.
  return name.length < fileFieldBytes ? name : new Uint8Array(0);
}

function bootFileName(plan: BootPlan): string {
  switch (plan.kind) {
    case "not-asked":
      return "";
    case "refused":
    case "operator":
    case "binary":
    case "script":
      return oneLine(plan.file);
  }
}

export function sizeLimitBytes(options: ReadonlyMap<number, Uint8Array>): number {
  const value = options.get(OptionCode.maximumMessageSize);
  const asked = value !== undefined && value.length >= 2 ? readU16(value.subarray(0, 2)) : leastPacketBytes;
  return Math.min(Math.max(asked, leastPacketBytes), mostPacketBytes) - ipAndUdpBytes;
}

function fit(header: Unfinished, options: readonly DhcpOption[], limitBytes: number): ComposedReply {
  let kept = options;
  const leftOut: string[] = [];
  for (const [code, name] of dispensable) {
    if (fixedBytes + optionsSizeBytes(kept) + 1 <= limitBytes) break;
    const others = kept.filter((option) => option.code !== code);
    if (others.length < kept.length) leftOut.push(name);
    kept = others;
  }
  return { message: { ...header, options: kept, trailer: trailerFor({ ...header, options: kept }) }, leftOut };
}
