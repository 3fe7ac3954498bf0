// Where a DHCP reply goes: RFC 2131 §4.1 and nothing else.
import { type DhcpMessage, headerAt, type Ipv4Address, type MacAddress, unspecifiedIpv4 } from "@neverland/protocols";
import { wordAt } from "./request-scan.ts";

export type ReplyDestination =
  /** To the relay's server port: it passes the reply on. */
  | { readonly to: "relay"; readonly address: Ipv4Address }
  /** To a client that has its address already. */
  | { readonly to: "client"; readonly address: Ipv4Address }
  | { readonly to: "broadcast" }
  /** To a client that does not answer ARP for `address` yet. */
  | { readonly to: "link"; readonly mac: MacAddress; readonly address: Ipv4Address };

const broadcastFlag = 0x8000;

export function replyDestination(
  request: DhcpMessage,
  mac: MacAddress,
  reply: { yiaddr: Ipv4Address; isNak: boolean },
): ReplyDestination {
  if (request.giaddr !== unspecifiedIpv4) return { to: "relay", address: request.giaddr };
  // "In all cases, when giaddr is zero, the server broadcasts any DHCPNAK messages."
  if (reply.isNak) return { to: "broadcast" };
  if (request.ciaddr !== unspecifiedIpv4) return { to: "client", address: request.ciaddr };
  if ((request.flags & broadcastFlag) !== 0 || reply.yiaddr === unspecifiedIpv4) return { to: "broadcast" };
  return { to: "link", mac, address: reply.yiaddr };
}

/** The relay that a request came by, as a number: where its answer goes. 0: it came by none. */
export function relayOf(request: Uint8Array): number {
  return wordAt(request, headerAt.giaddr);
}
