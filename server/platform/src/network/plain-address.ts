// One spelling of a peer's address, whichever kind of socket saw it.
import { isIPv4 } from "node:net";

/** A dual-stack socket shows IPv4 peers as `::ffff:10.0.0.5`. */
export function plainAddress(address: string): string {
  const ipv4 = /^::ffff:(.*)$/i.exec(address)?.[1] ?? "";
  return isIPv4(ipv4) ? ipv4 : address;
}
