// Whose request it is: the peer's address, or what a trusted proxy says of it.
import { BlockList, isIP } from "node:net";
import { plainAddress } from "./plain-address.ts";

export type TrustedProxies = { has(address: string): boolean };

/** @param networks Addresses or networks such as `10.42.0.0/16`. @throws {RangeError} When one is neither. */
export function trustedProxies(networks: readonly string[]): TrustedProxies {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", prefix] = network.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    const bits = prefix === undefined ? (family === "ipv6" ? 128 : 32) : Number(prefix);
    if (isIP(address) === 0 || !Number.isInteger(bits) || bits < 0 || bits > (family === "ipv6" ? 128 : 32))
      throw new RangeError(`trusted proxy "${network}" is not an address or a network such as 10.42.0.0/16`);
    list.addSubnet(address, bits, family);
  }
  // Without any, as most have it, a look costs nothing: it is made at each call.
  if (networks.length === 0) return { has: () => false };
  return { has: (address) => isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4") };
}

/**
 * @param forwardedFor The header X-Forwarded-For; looked at only when the peer is a trusted proxy, and then from the
 * right, so that what a caller wrote itself is never believed.
 * @returns `undefined` when there is no readable address.
 */
export function callerAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  proxies: TrustedProxies,
): string | undefined {
  const direct = plainAddress(peer ?? "");
  const entries = (forwardedFor ?? "").split(",").map((entry) => plainAddress(withoutPort(entry)));
  const chain = entries.filter((entry) => entry !== "");
  const address =
    chain.length > 0 && proxies.has(direct) ? (chain.findLast((entry) => !proxies.has(entry)) ?? chain[0]) : direct;
  return address !== undefined && isIP(address) !== 0 ? address : undefined;
}

/** Some proxies write IPv6 in brackets or quotes as RFC 7239 §6 has it, and the port behind either. */
function withoutPort(entry: string): string {
  const text = entry.trim().replace(/^"(.*)"$/, "$1");
  const [, ipv6, ipv4] = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d{1,5})?$/.exec(text) ?? [];
  return ipv6 ?? ipv4 ?? text;
}

/** A proxy may run on this machine itself. */
const ownAddresses = ["127.0.0.1", "::1"];

/** Whether many machines may come through an address. */
export function isSharedBy(proxies: TrustedProxies): (address: string) => boolean {
  return (address) => ownAddresses.includes(address) || proxies.has(address);
}
