// One spelling of a peer's address, whichever kind of socket saw it, and the network it is of.
import { isIPv4, isIPv6 } from "node:net";

/**
 * IPv6 in lower case and as short as it can be (RFC 5952 §4), without a scope; what is no address stays as it is. A dual-stack socket
 * shows IPv4 peers as `::ffff:10.0.0.5`.
 */
export function plainAddress(address: string): string {
  if (!address.includes(":")) return address;
  const ipv4 = /^::ffff:(.*)$/i.exec(address)?.[1] ?? "";
  if (isIPv4(ipv4)) return ipv4;
  return isIPv6(address) ? new URL(`http://[${address.replace(/%.*/s, "")}]`).hostname.slice(1, -1) : address;
}

/** The network that an address is of where links have the usual size: /24, or /64. Whoever has one address there can take others. */
export function networkOf(address: string): string {
  if (isIPv4(address)) return address.slice(0, address.lastIndexOf("."));
  const [before = "", after] = address.split("::");
  const groups = before === "" ? [] : before.split(":");
  const zeros = after === undefined ? 0 : 8 - groups.length - after.split(":").length;
  return [...groups, ...Array<string>(Math.max(0, zeros)).fill("0"), ...(after ?? "").split(":")].slice(0, 4).join(":");
}
